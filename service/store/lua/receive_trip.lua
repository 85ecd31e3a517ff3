-- Take in a trip that moves here from another market, once. a: id, fields [name, value, …]
-- Answers {'ok'}, or {'had'} where it is here, whatever became of it since.
if redis.call('EXISTS', K.trip(tag, a.id)) == 1 then return {'had'} end
put_open_trip(tag, a.id, a.fields)
return {'ok'}

-- Enter a confirmed match into the index of cars, for records from before there was one. a: id, departs_ms
if field(K.match(tag, a.id), 'status') == 'confirmed' then redis.call('ZADD', K.cars(tag), a.departs_ms, a.id) end
return {'ok'}

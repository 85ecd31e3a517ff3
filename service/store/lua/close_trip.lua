-- Cancel or expire a trip that nothing holds. a: id, version, status, events
local t = redis.call('HMGET', K.trip(tag, a.id), 'status', 'version')
if not t[1] then return {'missing'} end
if t[1] ~= 'open' or t[2] ~= a.version then return {'moved'} end
move_trip(tag, a.id, a.status, '')
emit(tag, a.events)
return {'ok'}

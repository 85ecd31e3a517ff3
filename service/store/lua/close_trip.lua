-- Cancel or expire a trip that nothing holds. a: id, version, action, events
local t = redis.call('HMGET', K.trip(tag, a.id), 'status', 'version')
if not t[1] then return {'missing'} end
if HELD[t[1]] or not trip_after(t[1], a.action) or t[2] ~= a.version then return {'moved'} end
move_trip(tag, a.id, a.action, '')
emit(tag, a.events)
return {'ok'}

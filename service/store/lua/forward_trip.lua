-- End a move: the trip has been received, and its record here becomes a pointer to there. a: id, to, until_ms
-- Answers {'ok'}, or {'done'} where that has happened.
local key = K.trip(tag, a.id)
local t = redis.call('HMGET', key, 'status', 'to')
if t[1] ~= 'moving' or t[2] ~= a.to then return {'done'} end
for _, index in ipairs(trip_indexes(tag, whole_trip(tag, a.id))) do leave(index, a.id) end
redis.call('DEL', key)
redis.call('HSET', key, 'id', a.id, 'status', 'moved', 'to', a.to)
redis.call('PEXPIREAT', key, a.until_ms)
return {'ok'}

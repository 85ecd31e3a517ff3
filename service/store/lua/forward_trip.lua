-- End a move: the trip has been received, and its record here becomes a pointer to there. a: id, to, until_ms
-- Answers {'ok'}, {'done'} where that has happened, or {'held'} while a backup holds the market: where the trip goes may
-- have been saved before it came, so that what is saved here has to have it still.
if redis.call('EXISTS', K.held(tag)) == 1 then return {'held'} end
local key = K.trip(tag, a.id)
local t = redis.call('HMGET', key, 'status', 'to')
if t[1] ~= 'moving' or t[2] ~= a.to then return {'done'} end
for _, index in ipairs(trip_indexes(tag, whole_trip(tag, a.id))) do leave(index, a.id) end
redis.call('DEL', key)
redis.call('HSET', key, 'id', a.id, 'status', 'moved', 'to', a.to)
redis.call('PEXPIREAT', key, a.until_ms)
return {'ok'}

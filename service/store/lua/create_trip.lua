-- Store a trip, its indexes and the first answer to its idempotency key, in one step.
-- a: id, partner, fields [name, value, …], key_hash, once {body_hash, answer, ttl_s}
local once_key = K.once(tag, a.partner, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
redis.call('HSET', K.trip(tag, a.id), unpack(a.fields))
for _, index in ipairs(trip_indexes(tag, whole_trip(tag, a.id))) do enter(index, a.id) end
redis.call('INCR', K.changes(tag))
once_keep(once_key, a.once)
return {'created'}

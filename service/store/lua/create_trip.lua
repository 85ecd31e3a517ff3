-- Store a trip, its indexes and the first answer to its idempotency key, in one step.
-- a: id, partner, kind, commuter, due_ms, fields [name, value, …], key_hash, once {body_hash, answer, ttl_s}
local once_key = K.once(tag, a.partner, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
redis.call('HSET', K.trip(tag, a.id), unpack(a.fields))
redis.call('ZADD', K.trips(tag, a.partner, a.kind), 0, a.id)
redis.call('ZADD', K.trips_by_status(tag, a.partner, a.kind, 'open'), 0, a.id)
redis.call('ZADD', K.trips_by_commuter(tag, a.partner, a.kind, a.commuter), 0, a.id)
redis.call('SADD', K.open(tag), a.id)
redis.call('ZADD', K.due(tag), a.due_ms, a.id)
redis.call('INCR', K.changes(tag))
once_keep(once_key, a.once)
return {'created'}

-- Store a webhook endpoint and the first answer to its idempotency key. a: id, most, fields, key_hash, once
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
if redis.call('ZCARD', K.endpoints(tag)) >= a.most then return {'full'} end
redis.call('HSET', K.endpoint(tag, a.id), unpack(a.fields))
redis.call('ZADD', K.endpoints(tag), 0, a.id)
once_keep(once_key, a.once)
return {'created'}

-- Reserve an idempotency key for what it came with and the market that this goes to. a: key_hash, body_hash, market, ttl_s
-- Answers {'reserved', the market of its first use}, or {'mismatch'} where the key came with something else.
local key = K.reserved(tag, a.key_hash)
local kept = redis.call('GET', key)
if not kept then
  redis.call('SET', key, a.body_hash .. a.market, 'EX', a.ttl_s)
  return {'reserved', a.market}
end
if string.sub(kept, 1, 64) ~= a.body_hash then return {'mismatch'} end
return {'reserved', string.sub(kept, 65)}

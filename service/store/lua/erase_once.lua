-- Keep of answers to idempotency keys only that there was one, so that no repeat makes anew what was erased.
-- a: partner, hashes [of keys]. Answers {'ok'}.
for _, hash in ipairs(a.hashes) do
  local key = K.once(tag, a.partner, hash)
  local kept = redis.call('GET', key)
  if kept then redis.call('SET', key, string.sub(kept, 1, 64), 'KEEPTTL') end
end
return {'ok'}

-- Store an API key under the hash of its secret, and the first answer to the idempotency key it came with.
-- a: hash, id, fields [name, value, …], most, ended_ms, act, key_hash, once
-- Those that ended before ended_ms make room for it. Answers {'created'}, {'full'}, {'replay', answer} or {'mismatch'}.
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
local known = K.credentials(tag)
if redis.call('HLEN', known) >= a.most then
  local held = redis.call('HGETALL', known)
  for i = 1, #held, 2 do
    local key = K.credential(tag, held[i + 1])
    for _, name in ipairs({'revoked_ms', 'expires_ms'}) do
      local ended = tonumber(field(key, name))
      if ended and ended < tonumber(a.ended_ms) then
        redis.call('DEL', key)
        redis.call('HDEL', known, held[i])
      end
    end
  end
  if redis.call('HLEN', known) >= a.most then return {'full'} end
end
redis.call('HSET', K.credential(tag, a.hash), unpack(a.fields))
redis.call('HSET', known, a.id, a.hash)
note_act(tag, a.act)
once_keep(once_key, a.once)
return {'created'}

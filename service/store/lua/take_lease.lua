-- Take or renew a lease. a: name, owner, now_ms, until_ms. Answers {'held', token} or {'taken', until_ms}.
-- The token grows with each new holder, never with a renewal; who holds an old one is refused everywhere.
local key = K.lease(tag, a.name)
local l = redis.call('HMGET', key, 'owner', 'token', 'until_ms')
if l[1] and l[1] ~= a.owner and tonumber(l[3]) > tonumber(a.now_ms) then return {'taken', l[3]} end
local token = l[2] or '0'
if l[1] ~= a.owner then token = string.format('%d', tonumber(token) + 1) end
redis.call('HSET', key, 'owner', a.owner, 'token', token, 'until_ms', a.until_ms)
return {'held', token}

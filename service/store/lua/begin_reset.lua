-- Close a sandbox to its callers, and take its matcher's lease from whoever has it: nobody acts in it but who empties it.
-- a: lease, owner ('reset …'), now_ms, until_ms. Answers {'held', token}, or {'taken'} where another is emptying it.
local key, world = K.lease(tag, a.lease), K.world(tag)
local emptied, closed = string.match(redis.call('GET', world) or '0', '^(%d+)( ?%a*)$')
local l = redis.call('HMGET', key, 'owner', 'token', 'until_ms')
local held = tonumber(l[3] or '0') > tonumber(a.now_ms) and string.sub(l[1], 1, 6) == 'reset '
if closed ~= '' and held and l[1] ~= a.owner then return {'taken'} end
local token = string.format('%d', tonumber(l[2] or '0') + 1)
redis.call('HSET', key, 'owner', a.owner, 'token', token, 'until_ms', a.until_ms)
if closed == '' then emptied = string.format('%d', tonumber(emptied) + 1) end
redis.call('SET', world, emptied .. ' closed')
return {'held', token}

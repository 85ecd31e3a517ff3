-- Take calls out of a bucket that fills evenly. a: name, now_ms, per_s, most (that it holds), wanted
-- Answers {'ok', granted, left, ms until there is one where none was granted}. A clock that is behind fills nothing.
local key = K.bucket(tag, a.name)
local had = redis.call('HMGET', key, 'calls', 'at_ms')
local now, at = tonumber(a.now_ms), tonumber(had[2] or '') or tonumber(a.now_ms)
if now < at then now = at end
local calls = math.min(a.most, (tonumber(had[1] or '') or a.most) + (now - at) * a.per_s / 1000)
local granted = math.min(a.wanted, math.floor(calls))
calls = calls - granted
redis.call('HSET', key, 'calls', string.format('%.3f', calls), 'at_ms', string.format('%.0f', now))
redis.call('EXPIRE', key, math.ceil(a.most / a.per_s) + 60)
local wait_ms = granted > 0 and 0 or math.ceil((1 - calls) * 1000 / a.per_s)
return {'ok', granted, math.floor(calls), wait_ms}

-- Note when an API key was used, unless it was just before. a: hash, now_ms, apart_ms
local key = K.credential(tag, a.hash)
local used = tonumber(field(key, 'used_ms')) or 0
if field(key, 'id') == '' or tonumber(a.now_ms) - used < a.apart_ms then return {'ok'} end
redis.call('HSET', key, 'used_ms', a.now_ms)
return {'ok'}

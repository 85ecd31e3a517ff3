-- Move the time of a sandbox on, never back. a: ahead_ms (of the clock)
-- Answers {'ok'}, or {'ahead', ms} where it is further on already.
local ahead = redis.call('GET', K.clock(tag)) or '0'
if tonumber(ahead) > tonumber(a.ahead_ms) then return {'ahead', ahead} end
redis.call('SET', K.clock(tag), a.ahead_ms)
return {'ok'}

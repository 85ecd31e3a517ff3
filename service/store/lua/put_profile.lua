-- Write what is said of a commuter. a: commuter, was (the version that the caller read, '' for none), fields [name, value, …]
-- Answers {'ok'}, or {'moved'} where it is not as the caller read it.
local key = K.profile(tag, a.commuter)
if field(key, 'version') ~= a.was then return {'moved'} end
redis.call('HSET', key, unpack(a.fields))
redis.call('SADD', K.commuters(tag), a.commuter)
return {'ok'}

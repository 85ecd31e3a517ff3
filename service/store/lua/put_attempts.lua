-- Write a delivery's attempts anew, where they are as the caller read them. a: endpoint, entry, was, now
local key = K.delivery(tag, a.endpoint, a.entry)
if redis.call('HGET', key, 'attempts') ~= a.was then return {'moved'} end
redis.call('HSET', key, 'attempts', a.now)
return {'ok'}

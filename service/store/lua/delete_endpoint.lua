-- Delete an endpoint with all that is owed to it, and a bounded part of its deliveries. a: id, most
-- Answers {'missing'}, {'more'} while deliveries are left (call again), {'ok'}.
local deliveries = K.deliveries(tag, a.id)
local known = redis.call('ZSCORE', K.endpoints(tag), a.id)
redis.call('ZREM', K.lanes(tag), a.id)
redis.call('UNLINK', K.endpoint(tag, a.id), K.queue(tag, a.id), K.waiting(tag, a.id))
local popped = redis.call('ZPOPMIN', deliveries, a.most)
if not known and #popped == 0 then return {'missing'} end
for i = 1, #popped, 2 do redis.call('UNLINK', K.delivery(tag, a.id, popped[i])) end
if redis.call('EXISTS', deliveries) == 1 then return {'more'} end
-- Last: while it is listed, the purge still finds what a caller that died left behind.
redis.call('ZREM', K.endpoints(tag), a.id)
return {'ok'}

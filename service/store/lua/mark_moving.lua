-- Begin to move an open trip to another market: nothing matches, ends or expires it here any more. From then on the move
-- is only ever finished, by whoever finds it: receive_trip there, then forward_trip here.
-- a: id, version, to. Answers {'moving'}, or {'stays'} where it is not as the caller read it, or has got a way back, or
-- a backup holds the market.
if redis.call('EXISTS', K.held(tag)) == 1 then return {'stays'} end
local key = K.trip(tag, a.id)
local t = redis.call('HMGET', key, 'status', 'version', 'has_return')
local has_return = t[3] or redis.call('EXISTS', K.returns(tag, a.id)) == 1
if t[1] ~= 'open' or t[2] ~= a.version or has_return or not whole_trip(tag, a.id) then return {'stays'} end
redis.call('HSET', key, 'to', a.to)
restate_trip(tag, a.id, 'moving')
return {'moving'}

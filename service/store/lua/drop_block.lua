-- Let a commuter ride with another person again. a: commuter, other, own, here: as for put_block. Answers {'ok'}.
local key = K.blocks(tag, a.commuter)
redis.call('HDEL', key, a.other)
if redis.call('EXISTS', key) == 0 then redis.call('SREM', K.blockers(tag), a.commuter) end
if a.here ~= '' then redis.call('SREM', K.blocked_by(tag, a.here), a.own) end
return {'ok'}

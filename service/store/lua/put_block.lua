-- Have a commuter never ride with another person again. a: commuter, other ('partner commuter'), named, at_ms, most,
-- own ('partner commuter' of who blocks), here (the other's commuter id where they are of this log too, else '')
-- Answers {'ok'}, also where it was so before, or {'full'} where the commuter blocks that many.
local key = K.blocks(tag, a.commuter)
if redis.call('HEXISTS', key, a.other) == 0 then
  if redis.call('HLEN', key) >= a.most then return {'full'} end
  redis.call('HSET', key, a.other, a.at_ms .. ' ' .. a.named)
  redis.call('SADD', K.blockers(tag), a.commuter)
end
if a.here ~= '' then redis.call('SADD', K.blocked_by(tag, a.here), a.own) end
return {'ok'}

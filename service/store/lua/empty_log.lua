-- Empty a log, and what is owed for it; its endpoints stay, and so does the place that its events have come to.
-- a: market, last (entry of that market's outbox: what came up to it never comes here any more, '' for none), most
--    (deliveries per endpoint and call)
-- Answers {'ok'}, or {'more'} while deliveries are left.
local taken = field(K.relayed(tag), a.market)
if a.last ~= '' and (taken == '' or later(a.last, taken)) then redis.call('HSET', K.relayed(tag), a.market, a.last) end
redis.call('XTRIM', K.events(tag), 'MAXLEN', 0)
local answer = 'ok'
for _, endpoint in ipairs(redis.call('ZRANGE', K.endpoints(tag), 0, -1)) do
  redis.call('ZREM', K.lanes(tag), endpoint)
  redis.call('UNLINK', K.queue(tag, endpoint), K.waiting(tag, endpoint))
  redis.call('HDEL', K.endpoint(tag, endpoint), 'failing_since_ms')
  local popped = redis.call('ZPOPMIN', K.deliveries(tag, endpoint), a.most)
  for i = 1, #popped, 2 do redis.call('UNLINK', K.delivery(tag, endpoint, popped[i])) end
  if redis.call('EXISTS', K.deliveries(tag, endpoint)) == 1 then answer = 'more' end
end
for _, commuter in ipairs(redis.call('SMEMBERS', K.blockers(tag))) do
  local blocked = redis.call('HGETALL', K.blocks(tag, commuter))
  for i = 1, #blocked, 2 do redis.call('UNLINK', K.blocked_by(tag, string.match(blocked[i], ' (.*)$') or '')) end
  redis.call('UNLINK', K.blocks(tag, commuter))
end
for _, commuter in ipairs(redis.call('SMEMBERS', K.commuters(tag))) do
  redis.call('UNLINK', K.profile(tag, commuter), K.reports(tag, commuter))
end
redis.call('UNLINK', K.blockers(tag), K.commuters(tag))
return {answer}

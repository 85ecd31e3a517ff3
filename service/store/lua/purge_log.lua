-- Drop what is older than the retention: events, deliveries, and what disabled endpoints are owed.
-- a: before_ms, most (deliveries per endpoint and call). Answers {'ok'} or {'more'}.
redis.call('XTRIM', K.events(tag), 'MINID', '=', a.before_ms)
local answer = 'ok'
for _, endpoint in ipairs(redis.call('ZRANGE', K.endpoints(tag), 0, -1)) do
  local deliveries = K.deliveries(tag, endpoint)
  local old = redis.call('ZRANGEBYSCORE', deliveries, '-inf', '(' .. a.before_ms, 'LIMIT', 0, a.most)
  for _, entry in ipairs(old) do
    redis.call('ZREM', deliveries, entry)
    redis.call('UNLINK', K.delivery(tag, endpoint, entry))
  end
  if #old == a.most then answer = 'more' end
  local off = redis.call('HMGET', K.endpoint(tag, endpoint), 'status', 'disabled_ms')
  if not off[1] and redis.call('EXISTS', deliveries) == 0 then
    redis.call('ZREM', K.endpoints(tag), endpoint)  -- deleted, by a caller that died before its end
  end
  if off[1] == 'disabled' and tonumber(off[2]) < tonumber(a.before_ms) then
    redis.call('UNLINK', K.queue(tag, endpoint), K.waiting(tag, endpoint))
  end
end
return {answer}

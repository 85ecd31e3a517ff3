-- Settle one claimed delivery: the attempt is kept and what follows is done, in one step.
-- a: endpoint, entry, subject, token, now_ms, verdict, due_ms, attempt (JSON, '' for none), keep_s,
--    disable (null, or {reason, failing_before_ms ('' for at once), event {type, at, seq, subject, market, data}})
-- verdict: 'succeeded', 'retry' (due again at due_ms), 'failed' (given up on), 'postponed' (due at due_ms, no attempt).
-- Answers {'ok', when the lane is due next ('' for never)}, {'disabled'}, {'stale'} for a claim that is not the newest, {'missing'} for a deleted endpoint.
local record = K.endpoint(tag, a.endpoint)
if redis.call('EXISTS', record) == 0 then return {'missing'} end
local delivery = K.delivery(tag, a.endpoint, a.entry)
if field(delivery, 'token') ~= a.token then return {'stale'} end
redis.call('HINCRBY', delivery, 'token', 1)
if a.attempt ~= '' then
  local before = field(delivery, 'attempts')
  redis.call('HSET', delivery, 'attempts', before == '' and a.attempt or (before .. ',' .. a.attempt))
  redis.call('HINCRBY', delivery, 'n', 1)
end
if a.verdict == 'retry' or a.verdict == 'postponed' then
  redis.call('ZADD', K.queue(tag, a.endpoint), 'XX', a.due_ms, queued(a.entry, a.subject))
  redis.call('HSET', delivery, 'due_ms', a.due_ms)
else
  release(tag, a.endpoint, a.entry, a.subject, a.now_ms)
  redis.call('HSET', delivery, 'status', a.verdict)
end
redis.call('EXPIRE', delivery, a.keep_s)

if a.verdict == 'succeeded' then
  redis.call('HDEL', record, 'failing_since_ms')
elseif a.verdict ~= 'postponed' then
  redis.call('HSETNX', record, 'failing_since_ms', a.now_ms)
end

local off = a.disable
if off ~= cjson.null and field(record, 'status') == 'enabled'
    and (off.failing_before_ms == '' or tonumber(field(record, 'failing_since_ms')) <= tonumber(off.failing_before_ms)) then
  redis.call('HSET', record, 'status', 'disabled', 'disabled_reason', off.reason, 'disabled_ms', a.now_ms)
  redis.call('HINCRBY', record, 'version', 1)
  redis.call('ZREM', K.lanes(tag), a.endpoint)
  append_and_tell(tag, off.event, a.now_ms)
  return {'disabled'}
end
return {'ok', set_lane(tag, a.endpoint)}

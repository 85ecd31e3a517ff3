-- Keep a report, append its event to the log and owe that to every endpoint that asked for it, in one step.
-- a: commuter, id, report (JSON), most, now_ms, event {type, at, seq, subject, market, data}, key_hash, once
-- Answers {'created'}, {'replay', first answer} or {'mismatch'}. Of a commuter's reports the newest are kept.
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
local key = K.reports(tag, a.commuter)
redis.call('HSET', key, a.id, a.report)
redis.call('SADD', K.commuters(tag), a.commuter)
local ids = redis.call('HKEYS', key)
table.sort(ids)
for i = 1, #ids - a.most do redis.call('HDEL', key, ids[i]) end
append_and_tell(tag, a.event, a.now_ms)
once_keep(once_key, a.once)
return {'created'}

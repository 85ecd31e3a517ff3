-- Append an event to the log for one endpoint alone, whatever types it asked for.
-- a: endpoint, now_ms, event {type, at, seq, subject, market, data}, key_hash, once (its answer: the event's at)
-- Answers {'created', entry}, {'replay', entry and first answer}, {'mismatch'}, {'missing'}, {'disabled'}.
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
local status = field(K.endpoint(tag, a.endpoint), 'status')
if status == '' then return {'missing'} end
if status ~= 'enabled' then return {'disabled'} end
local entry = append_event(tag, a.event, a.now_ms)
owe(tag, a.endpoint, entry, a.event.subject, a.now_ms)
set_lane(tag, a.endpoint)
if a.once ~= cjson.null then
  a.once.answer = entry .. ' ' .. a.once.answer
  once_keep(once_key, a.once)
end
return {'created', entry}

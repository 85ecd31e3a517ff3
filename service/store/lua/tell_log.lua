-- Append an event to the log and owe it to every endpoint that asked for it.
-- a: now_ms, event {type, at, seq, subject, market, data}, key_hash, once (its answer: what follows the entry)
-- Answers {'created', entry}, {'replay', entry and first answer}, {'mismatch'}.
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
local entry = append_and_tell(tag, a.event, a.now_ms)
if a.once ~= cjson.null then
  a.once.answer = entry .. ' ' .. a.once.answer
  once_keep(once_key, a.once)
end
return {'created', entry}

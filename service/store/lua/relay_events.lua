-- Take entries of one market's outbox into this log, each once and in order, and owe them to the endpoints.
-- a: market, now_ms, keep_from_ms,
-- entries [{id (in the outbox), type, at, seq, subject, market, people, data, communities, trace}]
-- Answers {'ok', appended, owed}. What was taken before is passed over, so relays may race and repeat.
local relayed = K.relayed(tag)
local last = field(relayed, a.market)
local listening = listeners(tag)
local appended, owed = 0, 0
for _, e in ipairs(a.entries) do
  if last == '' or later(e.id, last) then
    local entry = append_event(tag, e, a.now_ms)
    owed = owed + tell(tag, listening, e, entry, a.now_ms)
    last = e.id
    appended = appended + 1
  end
end
if appended == 0 then return {'ok', 0, 0} end
redis.call('HSET', relayed, a.market, last)
if owed > 0 then
  for _, endpoint in ipairs(listening) do set_lane(tag, endpoint[1]) end
end
redis.call('XTRIM', K.events(tag), 'MINID', '~', a.keep_from_ms)
return {'ok', appended, owed}

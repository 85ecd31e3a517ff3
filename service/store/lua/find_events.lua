-- Find the events of a log that tell of a person's trips. a: after (an entry, '' for the beginning), most (entries looked at),
-- trips {id: true}, commuter ('"commuter_id":"…"', '' where ids alone count)
-- Answers {the last entry looked at ('' at the end of the log), [entry, type, data, people] …}.
local found = redis.call('XRANGE', K.events(tag), a.after == '' and '-' or '(' .. a.after, '+', 'COUNT', a.most)
local answer = {#found < a.most and '' or found[#found][1]}
for _, row in ipairs(found) do
  local e = {}
  for i = 1, #row[2], 2 do e[row[2][i]] = row[2][i + 1] end
  if tells_of(e.data or '', a.trips, a.commuter) then answer[#answer + 1] = {row[1], e.type, e.data, e.people or ''} end
end
return answer

-- Drop trips that ended before a time and are in no car, and count them by day, under a fencing token.
-- a: lease, token, before_ms, trips [{id, version, status, counts {'day count': how many}}, …]
-- Answers {'stale'}, or {'ok', what was dropped …}. One that is not as the caller read it is left alone.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
local answer = {'ok'}
for _, trip in ipairs(a.trips) do
  local t = whole_trip(tag, trip.id)
  if t and t.status == trip.status and t.version == trip.version and not HELD[t.status]
      and ended_before(tag, trip.id, a.before_ms) then
    drop_trip(tag, trip.id, t)
    count_dropped(tag, trip.id, trip.counts)
    answer[#answer + 1] = trip.id
  end
end
return answer

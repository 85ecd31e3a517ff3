-- Drop trips of a person who is erased, whatever is readable of them, and count those that are over by day.
-- a: trips [{id, counts {'day count': how many}}, …]. One that a match holds stays. Answers {'ok', what stayed …}.
local answer = {'ok'}
for _, trip in ipairs(a.trips) do
  local t = whole_trip(tag, trip.id)
  if t and (HELD[t.status] or t.status == 'moving') then
    answer[#answer + 1] = trip.id
  elseif t then
    drop_trip(tag, trip.id, t)
    count_dropped(tag, trip.id, trip.counts)
  else
    redis.call('UNLINK', K.trip(tag, trip.id))
    redis.call('ZREM', K.ended(tag), trip.id)
  end
  if answer[#answer] ~= trip.id then redis.call('SREM', K.set_aside(tag), trip.id) end
end
return answer

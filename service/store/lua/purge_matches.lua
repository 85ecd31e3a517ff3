-- Drop matches that ended before a time, each with the trips that rode in it, and count them by day, under a fencing token.
-- a: lease, token, before_ms, matches [{match {id, status, version, parties, invited, …: as for match_indexes},
--    counts {'day count': how many}, of_partners {partner: {'day count' or 'day count community': how many}}}, …]
-- Answers {'stale'}, or {'ok', what was dropped …}. One that is not as the caller read it is left alone.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
local answer = {'ok'}
for _, one in ipairs(a.matches) do
  local m = one.match
  local kept = redis.call('HMGET', K.match(tag, m.id), 'status', 'version')
  local waits = m.status == 'proposed' or #m.invited > 0
  if kept[1] == m.status and kept[2] == m.version and not waits and ended_before(tag, m.id, a.before_ms) then
    for _, id in ipairs(m.parties) do
      local t = whole_trip(tag, id)
      if t and t.match == m.id and not UNDECIDED[t.status] then
        drop_trip(tag, id, t)
        redis.call('ZREM', K.ended(tag), id)
      end
    end
    for _, index in ipairs(match_indexes(tag, m)) do leave(index, m.id) end
    redis.call('UNLINK', K.match(tag, m.id))
    count_dropped(tag, m.id, one.counts, one.of_partners)
    answer[#answer + 1] = m.id
  end
end
return answer

-- Move a match on (an answer, a confirmation, an end) with what follows for its trips; and with it the proposals that
-- end because it does. All or nothing.
-- a: moves [{match {id, status, version, doc, parties, invited, …: as for match_indexes}, was (the same of it before),
--    actions, trips [{id, action, priority_s, promised_ms (both '' for as they were)}], lost [ids of those that will not ride in it],
--    exclude [[offer, request], …], events}, …]
--    seen_matches, seen_trips [{id, version}, …: what the caller has decided by]
-- Answers {'missing'}, {'moved'}, or {'torn', match} where the trips are not those of the match, or where the table of
-- transitions does not lead from what is kept to what is asked for.
for kind, seen in pairs({match = a.seen_matches, trip = a.seen_trips}) do
  for _, one in ipairs(seen) do
    if field(K[kind](tag, one.id), 'version') ~= one.version then return {'moved'} end
  end
end
local here = {}
for _, m in ipairs(a.moves) do
  local version = redis.call('HGET', K.match(tag, m.match.id), 'version')
  if not version then return {'missing'} end
  if version ~= m.was.version then return {'moved'} end
  if match_walked(field(K.match(tag, m.match.id), 'status'), m.actions) ~= m.match.status then return {'torn', m.match.id} end
  for _, trip in ipairs(m.trips) do
    local t = whole_trip(tag, trip.id)
    if not t or t.match ~= m.match.id or not trip_after(t.status, trip.action) then return {'torn', m.match.id} end
  end
  here[m.match.id] = true
end
-- A way back may have been proposed since the caller looked for what falls with this.
for _, m in ipairs(a.moves) do
  for _, trip in ipairs(m.lost) do
    for _, leg in ipairs(other_legs(tag, trip)) do
      local l = redis.call('HMGET', K.trip(tag, leg), 'status', 'match')
      local k = redis.call('HMGET', K.match(tag, l[2] or ''), 'status', 'invited')
      local asks = k[1] == 'proposed' or (k[2] or '') ~= ''
      if l[1] == 'proposed' and not here[l[2]] and asks then return {'moved'} end
    end
  end
end
for _, m in ipairs(a.moves) do
  put_match(tag, m.match, m.was)
  for _, pair in ipairs(m.exclude) do
    local offer = K.trip(tag, pair[1])
    local had = field(offer, 'excluded')
    redis.call('HSET', offer, 'excluded', had == '' and pair[2] or (had .. ',' .. pair[2]))
  end
  for _, trip in ipairs(m.trips) do
    move_trip(tag, trip.id, trip.action, m.match.id)
    if trip.action == 'confirm' and trip.id ~= m.match.parties[1] then note_pool(tag, m.match.parties[1], trip.id) end
    for _, name in ipairs({'priority_s', 'promised_ms'}) do
      if trip[name] ~= '' then redis.call('HSET', K.trip(tag, trip.id), name, trip[name]) end
    end
  end
  emit(tag, m.events)
end
return {'ok'}

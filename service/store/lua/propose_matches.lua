-- Propose one match, or several that stand or fall together (a way out and its return), in one step; or invite riders to
-- one that is agreed.
-- a: lease, token, matches [{id, status, version, doc, parties, invited, …: as for match_indexes,
--    was (the same of it before; null where it is new), trips [{id, version, outward ('' where it is no way back),
--    price_s ('' where it is not known)}], events}]
-- Answers {'stale'} for an old fencing token, {'moved', id} where a trip or an agreed match is not as the batch saw it, or where the
-- way out of a way back is open or proposed again: whether that one is ridden is then not known.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
local taken, together = {}, {}
for _, m in ipairs(a.matches) do
  for _, trip in ipairs(m.trips) do together[trip.id] = true end
end
for _, m in ipairs(a.matches) do
  if m.was ~= cjson.null then
    local kept = redis.call('HMGET', K.match(tag, m.id), 'status', 'version')
    if kept[2] ~= m.was.version or match_after(kept[1] or '', 'invite') ~= m.status then return {'moved', m.id} end
  end
  for _, trip in ipairs(m.trips) do
    local t = redis.call('HMGET', K.trip(tag, trip.id), 'status', 'version', 'partner', 'either')
    if not trip_after(t[1] or '', 'propose') or t[2] ~= trip.version then return {'moved', trip.id} end
    if t[4] and t[4] ~= '' then
      local either = K.either(tag, t[3], t[4])
      if taken[either] or redis.call('EXISTS', either) == 1 then return {'moved', trip.id} end
      taken[either] = true
    end
    if trip.outward ~= '' and not together[trip.outward] and undecided(tag, trip.outward) then return {'moved', trip.id} end
  end
end
for _, m in ipairs(a.matches) do
  put_match(tag, m, m.was)
  for _, trip in ipairs(m.trips) do
    redis.call('HSET', K.trip(tag, trip.id), 'price_s', trip.price_s)
    move_trip(tag, trip.id, 'propose', m.id)
    if trip.outward ~= '' then
      redis.call('HSET', K.trip(tag, trip.id), 'outward', trip.outward)
      redis.call('SADD', K.returns(tag, trip.outward), trip.id)
    end
  end
  emit(tag, m.events)
end
return {'ok'}

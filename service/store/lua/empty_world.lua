-- Drop trips, matches, series and batches of a sandbox, whatever has become of them, under the fencing token of who empties it.
-- a: lease, token, partner, trips [id, …], matches [{id, …: as for match_indexes}, …], damaged [ids of matches that can not
--    be read, …], series [id, …], batches [id, …]
-- Answers {'ok'}, {'stale'}.
if not fenced(tag, a.lease, a.token) then return {'stale'} end

-- What can not be read may stand anywhere: it leaves what is gone through.
local function drop_damaged(id)
  redis.call('UNLINK', K.trip(tag, id), K.match(tag, id), K.series(tag, id))
  for _, kind in ipairs({'offer', 'request'}) do redis.call('ZREM', K.trips(tag, a.partner, kind), id) end
  for _, key in ipairs({K.matches(tag, a.partner), K.series_of(tag, a.partner), K.series_due(tag)}) do
    redis.call('ZREM', key, id)
  end
end

for _, id in ipairs(a.trips) do
  local t = whole_trip(tag, id)
  if t then drop_trip(tag, id, t) else drop_damaged(id) end
  redis.call('UNLINK', K.returns(tag, id))
end
for _, m in ipairs(a.matches) do
  for _, index in ipairs(match_indexes(tag, m)) do leave(index, m.id) end
  redis.call('UNLINK', K.match(tag, m.id))
end
for _, id in ipairs(a.damaged) do drop_damaged(id) end
for _, id in ipairs(a.series) do
  local s = whole_series(tag, id)
  if s then
    for _, index in ipairs(series_indexes(tag, s)) do leave(index, id) end
  end
  drop_damaged(id)
  redis.call('UNLINK', K.pool(tag, id))
end
for _, id in ipairs(a.batches) do
  redis.call('UNLINK', K.batch(tag, id))
  redis.call('ZREM', K.batches(tag), id)
end
return {'ok'}

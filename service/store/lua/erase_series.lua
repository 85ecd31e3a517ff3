-- Drop series of a person who is erased, whatever is readable of them; their trips are dropped by themselves.
-- a: partner, commuter, series [id, …]
for _, id in ipairs(a.series) do
  local s = whole_series(tag, id)
  if not s or (s.partner == a.partner and s.commuter == a.commuter) then
    for _, index in ipairs(series_indexes(tag, {partner = a.partner, commuter = a.commuter, due_ms = '0'})) do
      leave(index, id)
    end
    redis.call('UNLINK', K.series(tag, id), K.pool(tag, id))
  else
    redis.call('ZREM', K.series_by_commuter(tag, a.partner, a.commuter), id)  -- it stands there wrongly
  end
end
return {'ok'}

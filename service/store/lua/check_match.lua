-- Hold the indexes of matches, and the trips that they hold, against their records. One that has moved on since the
-- caller read it is left out: what moved it wrote its indexes.
-- a: things [{id, match {id, status, version, parties, invited, …: as for match_indexes} (null where there is no record),
--    index (as for a trip)}, …], mend
return judge_each(a, function(one, f)
  local record, m = K.match(tag, one.id), one.match
  if m == cjson.null then
    if one.index ~= '' and redis.call('EXISTS', record) == 0 then check_found(f, one.index, {}, one.id) end
    return
  end
  if field(record, 'version') ~= m.version then return end
  local indexes = match_indexes(tag, m)
  if one.index ~= '' then
    if one.index ~= K.set_aside(tag) then check_found(f, one.index, indexes, one.id) end
    return
  end
  local torn, unsure = false, false
  local function judge_trips(ids, status)
    for _, id in ipairs(ids) do
      local t = whole_trip(tag, id)
      if not t and redis.call('EXISTS', K.trip(tag, id)) == 1 then
        unsure = true
      elseif not t or t.match ~= one.id or t.status ~= status then
        torn = true
      end
    end
  end
  judge_trips(HELD[m.status] and m.parties or {}, m.status)
  judge_trips(m.invited, 'proposed')
  if torn then f.add('car') end
  if redis.call('SISMEMBER', K.set_aside(tag), one.id) == 0 then
    check_indexes(f, tag, indexes, one.id)
  elseif not torn and not unsure then
    f.add('set aside', function()
      redis.call('SREM', K.set_aside(tag), one.id)
      for _, index in ipairs(indexes) do put_in(tag, index, one.id) end
    end)
  end
end)

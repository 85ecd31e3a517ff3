-- Hold the indexes of trips, and the cars that they say they are in, against their records. A damaged record says
-- nothing, and all is left as it is.
-- a: things [{id, index ('' for every index in which it should stand; else the key in which it was found)}, …], mend
return judge_each(a, function(one, f)
  local t = whole_trip(tag, one.id)
  if one.index ~= '' then
    if t and one.index ~= K.set_aside(tag) then
      check_found(f, one.index, trip_indexes(tag, t), one.id)
    elseif not t and (redis.call('EXISTS', K.trip(tag, one.id)) == 0 or field(K.trip(tag, one.id), 'status') == 'moved') then
      check_found(f, one.index, {}, one.id)
    end
    return
  end
  if not t then return end
  local indexes = trip_indexes(tag, t)
  if redis.call('SISMEMBER', K.set_aside(tag), one.id) == 1 then
    f.add('set aside', function()
      redis.call('SREM', K.set_aside(tag), one.id)
      for _, index in ipairs(indexes) do put_in(tag, index, one.id) end
      redis.call('INCR', K.changes(tag))
    end)
  else
    check_indexes(f, tag, indexes, one.id)
  end
  if HELD[t.status] and holds(tag, t.match, one.id) == false then
    f.add('car', function() move_trip(tag, one.id, 'release', '') end)
  end
end)

-- Hold the indexes of series against their records. A damaged record says nothing, and all is left as it is.
-- a: things [{id, index ('' for every index in which it should stand; else the key in which it was found)}, …], mend
return judge_each(a, function(one, f)
  local s = whole_series(tag, one.id)
  if one.index == '' then
    if s then check_indexes(f, tag, series_indexes(tag, s), one.id) end
  elseif s then
    check_found(f, one.index, series_indexes(tag, s), one.id)
  elseif redis.call('EXISTS', K.series(tag, one.id)) == 0 then
    check_found(f, one.index, {}, one.id)
  end
end)

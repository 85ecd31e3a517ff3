-- Hold the index of what has ended against the records of trips and matches.
-- a: things [{id, found (whether it was found in the index; else it is looked for there), now_ms}, …], mend
return judge_each(a, function(one, f)
  local is_match = string.sub(one.id, 1, 4) == 'mat_'
  local record = is_match and K.match(tag, one.id) or K.trip(tag, one.id)
  local listed = redis.call('ZSCORE', K.ended(tag), one.id)
  if one.found then
    if listed and redis.call('EXISTS', record) == 0 then
      f.add('astray', function() redis.call('ZREM', K.ended(tag), one.id) end)
    end
    return
  end
  local t = redis.call('HMGET', record, 'status', 'due_ms')
  local over = is_match and t[1] and t[1] ~= 'proposed' or OVER[t[1]]
  if over and not listed and redis.call('SISMEMBER', K.set_aside(tag), one.id) == 0 then
    f.add('ended', function() redis.call('ZADD', K.ended(tag), t[2] or one.now_ms, one.id) end)
  end
end)

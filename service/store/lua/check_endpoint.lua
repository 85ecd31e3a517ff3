-- Hold the list of endpoints and the lanes against the records of endpoints and their queues.
-- a: things [{id, gone (whether to look only for what is left of one without a record)}, …], mend
return judge_each(a, function(one, f)
  local queue, waiting = K.queue(tag, one.id), K.waiting(tag, one.id)
  local lane = redis.call('ZSCORE', K.lanes(tag), one.id)
  if redis.call('EXISTS', K.endpoint(tag, one.id)) == 0 then
    if lane or redis.call('EXISTS', queue, waiting) > 0 then
      f.add('queue', function()
        redis.call('UNLINK', queue, waiting)
        redis.call('ZREM', K.lanes(tag), one.id)
      end)
    end
    return
  end
  if one.gone then return end
  check_indexes(f, tag, {{'known', K.endpoints(tag), 0}}, one.id)
  local first = redis.call('ZRANGE', queue, 0, 0, 'WITHSCORES')[2]
  local due = field(K.endpoint(tag, one.id), 'status') == 'enabled' and first or false
  if tonumber(due or nil) ~= tonumber(lane or nil) then
    f.add('lane', function() set_lane(tag, one.id) end)
  end
end)

-- Hold an endpoint's queue and what waits behind its entries against each other. Both are too long to be read here:
-- the caller did, and names what looked wrong; what has moved meanwhile is not.
-- a: things [{id (of the endpoint), queued ['entry subject' that nothing may wait behind, …],
--    stuck [{subject, what waits} of which nothing was queued, …], after (the log's last entry when the caller began),
--    now_ms}, …], mend
return judge_each(a, function(one, f)
  local waiting = K.waiting(tag, one.id)
  for _, member in ipairs(one.queued) do
    local subject = string.match(member, '^%S+ (.*)$')
    if redis.call('ZSCORE', K.queue(tag, one.id), member) and redis.call('HEXISTS', waiting, subject) == 0 then
      f.add('order', function() redis.call('HSET', waiting, subject, '') end)
    end
  end

  local newer = #one.stuck > 0 and redis.call('XRANGE', K.events(tag), '(' .. one.after, '+', 'COUNT', 1000) or {}
  local lively = {}
  for _, entry in ipairs(newer) do
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 'subject' then lively[entry[2][i + 1]] = true end
    end
  end
  for _, s in ipairs(#newer < 1000 and one.stuck or {}) do
    local now = redis.call('HGET', waiting, s[1])
    if now == s[2] and not lively[s[1]] then
      f.add('stuck', function()
        release(tag, one.id, '', s[1], one.now_ms)
        set_lane(tag, one.id)
      end)
    end
  end
end)

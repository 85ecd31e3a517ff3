-- Hold an outbox against the last entry of it that a log has taken: what is yet to come has to be newer, for a log
-- passes over the rest. a: things [{id (of the market), relayed (that entry)}], mend
return judge_each(a, function(one, f)
  local last = '0-0'
  if redis.call('EXISTS', K.outbox(tag)) == 1 then
    local info = redis.call('XINFO', 'STREAM', K.outbox(tag))
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then last = info[i + 1] end
    end
  end
  -- The server's clock, because it is this that numbers the entries.
  if later(one.relayed, last) and later(one.relayed, redis.call('TIME')[1] .. '000-0') then
    f.add('outbox', function()
      redis.call('XADD', K.outbox(tag), one.relayed, 'lifted', '')
      redis.call('XDEL', K.outbox(tag), one.relayed)
    end)
  end
end)

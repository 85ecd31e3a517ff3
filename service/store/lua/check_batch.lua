-- Hold the list of batches, and the queue of those asked for, against the records of batches.
-- a: things [{id}, …], mend
return judge_each(a, function(one, f)
  local status = field(K.batch(tag, one.id), 'status')
  if status == '' then return end
  check_indexes(f, tag, {{'listed', K.batches(tag), 0}}, one.id)
  local function ask()
    redis.call('SREM', K.set_aside(tag), one.id)
    if status == 'requested' then redis.call('RPUSH', K.batch_queue(tag), one.id) end
  end
  if redis.call('SISMEMBER', K.set_aside(tag), one.id) == 1 then
    f.add('set aside', ask)
  elseif status == 'requested' and not redis.call('LPOS', K.batch_queue(tag), one.id) then
    f.add('asked for', ask)
  end
end)

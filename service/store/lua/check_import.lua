-- Hold the lists of imports against their records. a: things [{id}, …], mend
return judge_each(a, function(one, f)
  local kept = redis.call('HMGET', K.import(tag, one.id), 'status', 'finished_ms')
  if not kept[1] then return end
  check_indexes(f, tag, {{'imports', K.imports(tag), 0}}, one.id)
  if kept[2] == '' then check_indexes(f, tag, {{'imports open', K.imports_open(tag), 0}}, one.id) end
end)

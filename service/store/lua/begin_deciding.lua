-- Have batches match the open trips whose time to be decided has come, and their riders' other ways. a: now_ms, most
-- Answers {'ok', those that can not be read …}
local answer = {'ok'}
for _, id in ipairs(redis.call('ZRANGE', K.deciding(tag), '-inf', a.now_ms, 'BYSCORE', 'LIMIT', 0, a.most)) do
  if whole_trip(tag, id) then
    begin_to_match(tag, id)
    redis.call('ZREM', K.deciding(tag), id)
  else
    answer[#answer + 1] = id
  end
end
return answer

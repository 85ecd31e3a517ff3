-- Have batches match the open trips whose time to be decided has come. a: now_ms, most
-- Answers {'ok', those that can not be read …}
local answer = {'ok'}
for _, id in ipairs(redis.call('ZRANGE', K.deciding(tag), '-inf', a.now_ms, 'BYSCORE', 'LIMIT', 0, a.most)) do
  local t = whole_trip(tag, id)
  if t then
    local before = trip_indexes(tag, t)
    redis.call('HDEL', K.trip(tag, id), 'decides_ms')
    t.decides_ms = ''
    move_between(before, trip_indexes(tag, t), id)
    redis.call('ZREM', K.deciding(tag), id)
    count_change(tag, id, t.status)
  else
    answer[#answer + 1] = id
  end
end
return answer

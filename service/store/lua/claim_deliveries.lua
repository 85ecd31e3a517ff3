-- Claim what is due at this log's endpoints, under a lease: unsettled by until_ms, it is due again.
-- a: now_ms, until_ms, each (most per endpoint), room {endpoint: most instead}, most (in all), keep_s
-- Answers {'ok', [endpoint, record, entries]…}, an entry being
-- {entry, subject, token, attempts so far, type, at, seq, data, trace}. The token is proof of the newest claim.
local left = a.most
local answer = {'ok'}
for _, endpoint in ipairs(redis.call('ZRANGEBYSCORE', K.lanes(tag), '-inf', a.now_ms)) do
  local most = math.min(left, a.room[endpoint] or a.each)
  if most > 0 then
    local queue = K.queue(tag, endpoint)
    local members = redis.call('ZRANGEBYSCORE', queue, '-inf', a.now_ms, 'LIMIT', 0, most)
    local claimed = {}
    for _, member in ipairs(members) do
      local entry, subject = string.match(member, '^(%S+) (.*)$')
      local found = redis.call('XRANGE', K.events(tag), entry, entry)
      if #found == 0 then
        -- The log no longer keeps it: nothing is left that could be sent.
        release(tag, endpoint, entry, subject, a.now_ms)
        redis.call('DEL', K.delivery(tag, endpoint, entry))
      else
        local e = {}
        for i = 1, #found[1][2], 2 do e[found[1][2][i]] = found[1][2][i + 1] end
        local delivery = K.delivery(tag, endpoint, entry)
        local token = redis.call('HINCRBY', delivery, 'token', 1)
        if token == 1 then
          redis.call('HSET', delivery, 'type', e.type, 'status', 'pending', 'n', '0')
          redis.call('ZADD', K.deliveries(tag, endpoint), a.now_ms, entry)
        end
        redis.call('HSET', delivery, 'due_ms', '')
        redis.call('EXPIRE', delivery, a.keep_s)
        redis.call('ZADD', queue, a.until_ms, member)
        claimed[#claimed + 1] = {entry, subject, tostring(token), field(delivery, 'n'), e.type, e.at, e.seq, e.data,
          e.trace or ''}
      end
    end
    set_lane(tag, endpoint)
    if #claimed > 0 then
      left = left - #claimed
      answer[#answer + 1] = {endpoint, redis.call('HGETALL', K.endpoint(tag, endpoint)), claimed}
    end
  end
end
return answer

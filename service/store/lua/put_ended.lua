-- Note anew from when on the retention of things counts, or that it does not (ended_ms ''), under a fencing token.
-- a: lease, token, ended [{id, was_ms, ended_ms}, …]. One that has another time by now is left alone.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
for _, e in ipairs(a.ended) do
  if tonumber(redis.call('ZSCORE', K.ended(tag), e.id) or nil) == tonumber(e.was_ms) then
    if e.ended_ms == '' then redis.call('ZREM', K.ended(tag), e.id)
    else redis.call('ZADD', K.ended(tag), e.ended_ms, e.id) end
  end
end
return {'ok'}

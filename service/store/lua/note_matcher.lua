-- Note that a matcher is at work. a: owner, now_ms, gone_before_ms. Answers {'ok', how many are}.
local key = K.matchers(tag)
redis.call('ZADD', key, a.now_ms, a.owner)
redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. a.gone_before_ms)
return {'ok', redis.call('ZCARD', key)}

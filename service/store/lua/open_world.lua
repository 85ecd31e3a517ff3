-- Open a sandbox again, and give its matcher's lease back. a: lease, token. Answers {'ok'}, {'stale'}.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
redis.call('SET', K.world(tag), string.match(redis.call('GET', K.world(tag)) or '0', '^%d+'))
redis.call('HSET', K.lease(tag, a.lease), 'owner', '', 'until_ms', '0')
return {'ok'}

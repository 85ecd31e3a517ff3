-- Write a live market's record, unless any market was written since the caller read the list: areas and numbers are
-- judged against all of them. a: name, doc, was (the list's version then), act. Answers {'ok'} or {'moved'}.
local key = K.market_list(tag)
if (redis.call('HGET', key, ':version') or '0') ~= a.was then return {'moved'} end
redis.call('HSET', key, a.name, a.doc)
redis.call('HINCRBY', key, ':version', 1)
note_act(tag, a.act)
return {'ok'}

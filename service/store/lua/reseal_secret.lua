-- Put a secret that was sealed anew in the place of what it was sealed from, unless that has changed meanwhile.
-- a: id, name (of the field), before, after. Answers {'ok'} or {'changed'}.
local record = K.endpoint(tag, a.id)
if field(record, a.name) ~= a.before then return {'changed'} end
redis.call('HSET', record, a.name, a.after)
return {'ok'}

-- Make a partner, or change it from the version that was read. a: was (its version, '' for a new one), fields [name,
-- value, …], removed [name, …], act
-- Answers {'ok'}, or {'moved', version} where it is of another version; '' of one that is not there.
local key = K.partner(tag)
local version = field(key, 'version')
if version == '' and field(key, 'id') ~= '' then version = '1' end
if version ~= a.was then return {'moved', version} end
redis.call('HSET', key, unpack(a.fields))
if #a.removed > 0 then redis.call('HDEL', key, unpack(a.removed)) end
note_act(tag, a.act)
return {'ok'}

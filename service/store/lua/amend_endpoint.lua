-- Change an endpoint that is still at the version named, and keep the first answer to the call's idempotency key.
-- a: id, version, fields [name, value, …] (the next version among them), removed [name, …], key_hash, once
-- Answers {'created'}, {'replay', first answer}, {'mismatch'}, {'missing'}, {'stale', current version}.
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
local record = K.endpoint(tag, a.id)
local version = field(record, 'version')
if version == '' then return {'missing'} end
if version ~= a.version then return {'stale', version} end
redis.call('HSET', record, unpack(a.fields))
if #a.removed > 0 then redis.call('HDEL', record, unpack(a.removed)) end
set_lane(tag, a.id)
once_keep(once_key, a.once)
return {'created'}

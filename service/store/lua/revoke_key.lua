-- Revoke an API key, or let it end at a time (rotation's overlap). a: id, field (revoked_ms or expires_ms), at_ms, act
local hash = redis.call('HGET', K.credentials(tag), a.id)
if not hash then return {'missing'} end
local key = K.credential(tag, hash)
-- An end only ever comes nearer: rotating or revoking again reopens nothing.
local ends = field(key, a.field)
if ends == '' or tonumber(a.at_ms) < tonumber(ends) then
  redis.call('HSET', key, a.field, a.at_ms)
  note_act(tag, a.act)
end
return {'ok'}

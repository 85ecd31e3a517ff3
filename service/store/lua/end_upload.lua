-- An import has come in whole and may be posted; or it repeats one that came before, and is forgotten.
-- a: id, fields [name, value, …], key_hash, once
-- Answers {'ok'}, {'gone'} where it is not being sent any more, {'replay', first answer} or {'mismatch'}.
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then
  forget_import(tag, a.id)
  return seen
end
if field(K.import(tag, a.id), 'status') ~= 'uploading' then return {'gone'} end
redis.call('HSET', K.import(tag, a.id), unpack(a.fields))
once_keep(once_key, a.once)
return {'ok'}

-- Keep an answer among those of a partner unless there is one. a: key_hash, once {body_hash, answer, ttl_s}
-- Answers {'kept'}, {'replay', first answer} or {'mismatch'}.
local key = K.partner_once(tag, a.key_hash)
local seen = once_seen(key, a.once)
if seen then return seen end
once_keep(key, a.once)
return {'kept'}

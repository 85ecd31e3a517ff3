-- Store a trip, its indexes and the first answer to its idempotency key, in one step.
-- a: id, partner, outward (the way out of a way back, else ''), fields [name, value, …], key_hash,
--    once {body_hash, answer, ttl_s}, erasures (see erased_since)
-- Answers {'created'}, {'replay', first answer}, {'mismatch'}, {'erased'} where somebody was since the line was read, or
-- {'moved'} where the way out is in another market, or on its way there. One that has a way back stays, so that both are
-- matched or neither.
local once_key = K.once(tag, a.partner, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
if erased_since(tag, a) then return {'erased'} end
if a.outward ~= '' then
  if away(tag, a.outward) then return {'moved'} end
  redis.call('HSET', K.trip(tag, a.outward), 'has_return', '1')
end
put_open_trip(tag, a.id, a.fields)
once_keep(once_key, a.once)
return {'created'}

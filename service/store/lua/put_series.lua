-- Write a series with trips of its days, in one step.
-- a: id, partner, was (its revision as the caller read it, '' for a new one), fields [name, value, …],
--    trips [{id, outward, fields}], key_hash, once (of a new one, else null), erasures (see erased_since)
-- Answers {'ok'}, {'moved'} where it is not as the caller read it or a way out is in another market, or on its way
-- there, {'erased'} where somebody was since the line was read, {'replay', first answer} or {'mismatch'}.
local once_key = K.once(tag, a.partner, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
if erased_since(tag, a) then return {'erased'} end
if field(K.series(tag, a.id), 'revision') ~= a.was then return {'moved'} end
for _, trip in ipairs(a.trips) do
  if trip.outward ~= '' and away(tag, trip.outward) then return {'moved'} end
end
for _, trip in ipairs(a.trips) do
  if trip.outward ~= '' then redis.call('HSET', K.trip(tag, trip.outward), 'has_return', '1') end
  put_open_trip(tag, trip.id, trip.fields)
end
redis.call('HSET', K.series(tag, a.id), unpack(a.fields))
for _, index in ipairs(series_indexes(tag, whole_series(tag, a.id))) do enter(index, a.id) end
once_keep(once_key, a.once)
return {'ok'}

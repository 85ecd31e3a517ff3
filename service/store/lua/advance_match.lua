-- Move a match on (an answer, a confirmation, an end) with what follows for its trips.
-- a: match {id, status, version, doc, due_ms, parties, partners, commuters}, was (its version before),
--    trips [{id, status, match}], exclude [[offer, request], …], events
-- Answers {'missing'}, {'moved'}, or {'torn', match} where the trips are not those of the match.
local key = K.match(tag, a.match.id)
local version = redis.call('HGET', key, 'version')
if not version then return {'missing'} end
if version ~= a.was then return {'moved'} end
for _, trip in ipairs(a.trips) do
  if not whole_trip(tag, trip.id) or field(K.trip(tag, trip.id), 'match') ~= a.match.id then return {'torn', a.match.id} end
end
put_match(tag, a.match)
for _, pair in ipairs(a.exclude) do
  local offer = K.trip(tag, pair[1])
  local had = field(offer, 'excluded')
  redis.call('HSET', offer, 'excluded', had == '' and pair[2] or (had .. ',' .. pair[2]))
end
for _, trip in ipairs(a.trips) do move_trip(tag, trip.id, trip.status, trip.match) end
emit(tag, a.events)
return {'ok'}

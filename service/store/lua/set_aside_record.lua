-- Take the id of a damaged or missing record out of what is worked through, into the set of those set aside.
-- a: kind ('trip', 'match' or 'batch'), id, unless ('' where the record is damaged; else it is sound, but was due in a
-- status in which nothing is: all is well where its status is this one by now, or where somebody else has ended it).
-- The record is not touched, save that a match lets go of trips that are proposed.
-- Answers {'ok', trips set free …}, {'gone'} where nothing works through the id (any more).
local record = a.kind == 'trip' and K.trip(tag, a.id) or K.match(tag, a.id)
local status = redis.pcall('HGET', record, 'status')
if a.unless ~= '' and (status == a.unless or not redis.call('ZSCORE', K.due(tag), a.id)) then return {'gone'} end
local taken
if a.kind == 'batch' then
  taken = redis.call('LREM', K.batch_queue(tag), 0, a.id) + redis.call('SADD', K.set_aside(tag), a.id)
else
  taken = redis.call('ZREM', K.due(tag), a.id) + redis.call('SREM', K.open(tag), a.id)
  taken = taken + redis.call('SREM', K.moving(tag), a.id) + redis.call('ZREM', K.ended(tag), a.id)
  taken = taken + redis.call('ZREM', K.cars(tag), a.id) + redis.call('ZREM', K.deciding(tag), a.id)
end
if taken == 0 then return {'gone'} end
redis.call('SADD', K.set_aside(tag), a.id)
local answer = {'ok'}
if a.kind == 'match' then
  local held = redis.pcall('HGET', K.match(tag, a.id), status == 'proposed' and 'trips' or 'invited')
  for _, id in ipairs(split(type(held) == 'string' and held or '')) do
    local t = whole_trip(tag, id)
    if t and t.match == a.id and trip_after(t.status, 'release') then
      move_trip(tag, id, 'release', '')
      answer[#answer + 1] = id
    end
  end
end
return answer

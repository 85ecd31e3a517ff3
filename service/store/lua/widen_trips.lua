-- Forget when trips were to ride in a car that they have lost, so that they are matched at any time of their own.
-- a: trips [{id, version}, …]. One that is not as the caller read it is left alone.
for _, trip in ipairs(a.trips) do
  local t = redis.call('HMGET', K.trip(tag, trip.id), 'status', 'version', 'promised_ms')
  if t[1] == 'open' and t[2] == trip.version and (t[3] or '') ~= '' then
    redis.call('HDEL', K.trip(tag, trip.id), 'promised_ms')
    count_change(tag, trip.id, 'open')
  end
end
return {'ok'}

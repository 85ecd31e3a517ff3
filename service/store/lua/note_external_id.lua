-- Give a trip's record of schema 1 its external id and the index of it; once it has one, nothing happens. a: id, external
local record = K.trip(tag, a.id)
if redis.call('HSETNX', record, 'external', a.external) == 0 then return {'had'} end
local t = whole_trip(tag, a.id)
for _, index in ipairs(t and trip_indexes(tag, t) or {}) do
  if index[1] == 'by external id' then enter(index, a.id) end
end
return {'ok'}

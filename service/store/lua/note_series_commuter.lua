-- Give a series' record of schema 6 its commuter and the index of it; once it has one, nothing happens. a: id, commuter
local record = K.series(tag, a.id)
if redis.call('EXISTS', record) == 0 or redis.call('HSETNX', record, 'commuter', a.commuter) == 0 then return {'had'} end
local s = whole_series(tag, a.id)
for _, index in ipairs(s and series_indexes(tag, s) or {}) do
  if index[1] == 'by commuter' then enter(index, a.id) end
end
return {'ok'}

-- Drop a series that is over, with its indexes; its trips go by themselves. a: id, was (its revision)
local s = whole_series(tag, a.id)
if not s or s.revision ~= a.was then return {'moved'} end
for _, index in ipairs(series_indexes(tag, s)) do leave(index, a.id) end
redis.call('UNLINK', K.series(tag, a.id), K.pool(tag, a.id))
return {'ok'}

-- Give a trip that nothing holds another body, with its indexes; where batches match it by now, its rider's other ways, too.
-- a: id, version, action, fields [name, value, …]
-- Answers {'ok'}, or {'moved'} where it is not as the caller read it, or is set aside.
local key = K.trip(tag, a.id)
local t = whole_trip(tag, a.id)
if not t or t.version ~= a.version or trip_after(t.status, a.action) ~= t.status then return {'moved'} end
if redis.call('SISMEMBER', K.set_aside(tag), a.id) == 1 then return {'moved'} end
for _, index in ipairs(trip_indexes(tag, t)) do leave(index, a.id) end
redis.call('HSET', key, unpack(a.fields))
redis.call('HINCRBY', key, 'version', 1)
local after = whole_trip(tag, a.id)
for _, index in ipairs(trip_indexes(tag, after)) do enter(index, a.id) end
count_change(tag, a.id, t.status)
if after.decides_ms == '' then begin_to_match(tag, a.id) end
return {'ok'}

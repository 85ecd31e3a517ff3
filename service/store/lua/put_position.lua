-- Keep where a car is while it is under way; a position older than the one kept changes nothing.
-- a: id, at_ms, position (JSON). Answers {'ok'}, or {'moved'} where the match is not under way.
local key = K.match(tag, a.id)
if field(key, 'status') ~= 'under_way' then return {'moved'} end
if tonumber(a.at_ms) >= (tonumber(field(key, 'position_ms')) or 0) then
  redis.call('HSET', key, 'position', a.position, 'position_ms', a.at_ms)
end
return {'ok'}

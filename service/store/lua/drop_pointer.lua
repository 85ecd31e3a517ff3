-- Drop what a trip left behind when it moved to another market. a: id, to
local t = redis.call('HMGET', K.trip(tag, a.id), 'status', 'to')
if t[1] ~= 'moved' or t[2] ~= a.to then return {'none'} end
redis.call('UNLINK', K.trip(tag, a.id))
return {'ok'}

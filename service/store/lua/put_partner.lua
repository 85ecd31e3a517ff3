-- Make or change a partner. a: fields [name, value, …], removed [name, …]
if #a.fields > 0 then redis.call('HSET', K.partner(tag), unpack(a.fields)) end
if #a.removed > 0 then redis.call('HDEL', K.partner(tag), unpack(a.removed)) end
return {'ok'}

-- Make or change a partner. a: fields [name, value, …]
redis.call('HSET', K.partner(tag), unpack(a.fields))
return {'ok'}

-- Store an API key under the hash of its secret. a: key_hash, id, fields [name, value, …]
redis.call('HSET', K.credential(tag, a.key_hash), unpack(a.fields))
redis.call('HSET', K.credentials(tag), a.id, a.key_hash)
return {'ok'}

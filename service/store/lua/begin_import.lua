-- Begin to take an import. a: id, now_ms, most (that are not finished), keep (of all), fields [name, value, …]
-- Answers {'begun'}, or {'full'} where as many are not finished.
drop_old_imports(tag, a.now_ms, a.keep)
if redis.call('ZCARD', K.imports_open(tag)) >= a.most then return {'full'} end
redis.call('HSET', K.import(tag, a.id), unpack(a.fields))
redis.call('ZADD', K.imports(tag), 0, a.id)
redis.call('ZADD', K.imports_open(tag), 0, a.id)
return {'begun'}

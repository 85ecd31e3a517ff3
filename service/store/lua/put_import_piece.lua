-- Keep a piece of an import that is being sent. a: id, n (of the piece), until_ms; args[2]: its lines
-- Answers {'ok'}, or {'gone'} where the import is not being sent any more.
if field(K.import(tag, a.id), 'status') ~= 'uploading' then return {'gone'} end
redis.call('HSET', K.import_pieces(tag, a.id), a.n, args[2])
redis.call('HSET', K.import(tag, a.id), 'until_ms', a.until_ms)
return {'ok'}

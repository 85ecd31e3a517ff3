-- A piece of an import has been posted. a: lease, token, id, piece, fields [name, value, …], done (the last one);
--    args[2]: what is wrong in it, if anything is. Answers {'ok'}, or {'moved'} where another went on with it.
if not fenced(tag, a.lease, a.token) or field(K.import(tag, a.id), 'next_piece') ~= a.piece then return {'moved'} end
if args[2] then redis.call('HSET', K.import_faults(tag, a.id), a.piece, args[2]) end
redis.call('HDEL', K.import_pieces(tag, a.id), a.piece)
redis.call('HSET', K.import(tag, a.id), unpack(a.fields))
if a.done then
  redis.call('UNLINK', K.import_pieces(tag, a.id))
  redis.call('ZREM', K.imports_open(tag), a.id)
end
return {'ok'}

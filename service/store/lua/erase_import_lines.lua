-- Have a piece of an import hold other lines, unless it is not as the caller read it. a: id, n (of the piece);
-- args[2]: the piece as it was, args[3]: as it is to be. Answers {'ok'} or {'moved'}.
local pieces = K.import_pieces(tag, a.id)
if redis.call('HGET', pieces, a.n) ~= args[2] then return {'moved'} end
redis.call('HSET', pieces, a.n, args[3])
return {'ok'}

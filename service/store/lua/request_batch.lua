-- Ask for a batch. a: id, doc, partner, key_hash, once
local once_key = K.once(tag, a.partner, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
redis.call('HSET', K.batch(tag, a.id), 'status', 'requested', 'doc', a.doc)
redis.call('ZADD', K.batches(tag), 0, a.id)
redis.call('RPUSH', K.batch_queue(tag), a.id)
once_keep(once_key, a.once)
return {'created'}

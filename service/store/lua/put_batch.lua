-- Write a batch's state under a fencing token; the end of it takes it off the queue of those asked for.
-- a: lease, token, id, status, doc, keep (how many batches are kept), retention_s,
--    begun_ms, most_bytes (of all certificates of the market); args[2]: the batch's certificate, if it has one by now
-- Answers {'stale'}, or {'ok', how many times the batch has been started}.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
redis.call('HSET', K.batch(tag, a.id), 'status', a.status, 'doc', a.doc)
if a.status == 'running' then redis.call('HINCRBY', K.batch(tag, a.id), 'starts', 1) end
redis.call('EXPIRE', K.batch(tag, a.id), a.retention_s)
redis.call('ZADD', K.batches(tag), 0, a.id)
if a.status ~= 'running' then redis.call('LREM', K.batch_queue(tag), 0, a.id) end
local starts = field(K.batch(tag, a.id), 'starts')
local old = redis.call('ZRANGE', K.batches(tag), 0, -1 - a.keep)
for _, id in ipairs(old) do
  redis.call('ZREM', K.batches(tag), id)
  redis.call('DEL', K.batch(tag, id))
end
if args[2] and tonumber(redis.call('GET', K.erased(tag)) or 0) < tonumber(a.begun_ms) then
  redis.call('HSET', K.batch(tag, a.id), 'certificate_exact', args[2])
  keep_certificates(tag, a.most_bytes)
end
return {'ok', starts == '' and '0' or starts}

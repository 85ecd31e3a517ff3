-- Keep the coarse certificate of a batch that is still kept, under a fencing token; the bytes are args[2].
-- a: lease, token, id, most_bytes (of all certificates of the market)
if not fenced(tag, a.lease, a.token) then return {'stale'} end
if redis.call('HEXISTS', K.batch(tag, a.id), 'certificate_exact') == 1 then
  redis.call('HSET', K.batch(tag, a.id), 'certificate_coarse', args[2])
  keep_certificates(tag, a.most_bytes)
end
return {'ok'}

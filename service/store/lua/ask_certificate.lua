-- Ask for a batch's coarse certificate, once. a: id
-- Answers {'asked'}, or {'none'} where the batch keeps no certificate to make it from.
if redis.call('HEXISTS', K.batch(tag, a.id), 'certificate_exact') == 0 then return {'none'} end
local queue = K.certificate_queue(tag)
if not redis.call('LPOS', queue, a.id) then redis.call('RPUSH', queue, a.id) end
return {'asked'}

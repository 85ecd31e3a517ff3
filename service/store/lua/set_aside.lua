-- Move an entry that can not be relayed out of the outbox, into a stream for the operator. a: id, error, keep
local found = redis.call('XRANGE', K.outbox(tag), a.id, a.id)
if #found == 0 then return {'missing'} end
redis.call('XADD', K.outbox_dead(tag), 'MAXLEN', '~', a.keep, '*', 'outbox_id', a.id, 'error', a.error, unpack(found[1][2]))
redis.call('XDEL', K.outbox(tag), a.id)
return {'ok'}

-- Drop relayed entries from the outbox, unless a backup holds the market: the log they went into may have been saved
-- before they came. a: ids. Answers {'ok'} or {'held'}.
if redis.call('EXISTS', K.held(tag)) == 1 then return {'held'} end
redis.call('XDEL', K.outbox(tag), unpack(a.ids))
return {'ok'}

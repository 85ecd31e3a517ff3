-- Give a lease back, so that another may take it at once. a: name, owner
local key = K.lease(tag, a.name)
if field(key, 'owner') ~= a.owner then return {'not_held'} end
redis.call('HSET', key, 'owner', '', 'until_ms', '0')
return {'ok'}

-- Note the version of the records' form. a: lease, token, schema. Answers {'stale'} for an old fencing token, {'ok'}.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
redis.call('SET', K.schema(tag), a.schema)
return {'ok'}

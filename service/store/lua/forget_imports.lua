-- Forget all imports of a log.
for _, id in ipairs(redis.call('ZRANGE', K.imports(tag), 0, -1)) do forget_import(tag, id) end
return {'ok'}

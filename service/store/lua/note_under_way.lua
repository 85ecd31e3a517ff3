-- Enter a match under way into what is due, for records from before it was. a: id, due_ms
if field(K.match(tag, a.id), 'status') == 'under_way' then redis.call('ZADD', K.due(tag), a.due_ms, a.id) end
return {'ok'}

-- Copy some entries of a log under their own ids, some with other data; with its end the copy takes the log's place.
-- a: token, after (an entry, '' to begin anew), most, data {entry: what it is to hold instead}, people {entry: the same}
-- Answers {'more', the last entry copied}, {'done'}, or {'lost'} where another has begun such a copy since.
local log, copy, mark = K.events(tag), K.rewritten(tag), K.rewriting(tag)
if a.after == '' then
  redis.call('SET', mark, a.token, 'EX', 3600)
  redis.call('UNLINK', copy)
elseif redis.call('GET', mark) ~= a.token then
  return {'lost'}
end
if redis.call('EXISTS', log) == 0 then return {'done'} end
local found = redis.call('XRANGE', log, a.after == '' and '-' or '(' .. a.after, '+', 'COUNT', a.most)
for _, row in ipairs(found) do
  for i = 1, #row[2], 2 do
    local instead = a[row[2][i]]
    if type(instead) == 'table' and instead[row[1]] then row[2][i + 1] = instead[row[1]] end
  end
  redis.call('XADD', copy, row[1], unpack(row[2]))
end
if #found == a.most then
  redis.call('EXPIRE', copy, 3600)
  return {'more', found[#found][1]}
end
redis.call('UNLINK', mark)
if redis.call('EXISTS', copy) == 0 then return {'done'} end
local state, kept = {}, redis.call('XINFO', 'STREAM', log)
for i = 1, #kept, 2 do state[kept[i]] = kept[i + 1] end
redis.call('XSETID', copy, state['last-generated-id'], 'ENTRIESADDED', state['entries-added'], 'MAXDELETEDID',
  state['max-deleted-entry-id'])
redis.call('RENAME', copy, log)
redis.call('PERSIST', log)
return {'done'}

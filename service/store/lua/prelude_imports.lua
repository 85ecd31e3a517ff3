-- Forget an import with all that is kept of it.
local function forget_import(tag, id)
  redis.call('UNLINK', K.import(tag, id), K.import_pieces(tag, id), K.import_faults(tag, id))
  redis.call('ZREM', K.imports(tag), id)
  redis.call('ZREM', K.imports_open(tag), id)
end

-- Drop imports whose time is over, finished ones and those that came only in part, and all but the newest.
local function drop_old_imports(tag, now_ms, keep)
  local left = redis.call('ZCARD', K.imports(tag))
  for _, id in ipairs(redis.call('ZRANGE', K.imports(tag), 0, -1)) do
    local until_ms = tonumber(field(K.import(tag, id), 'until_ms'))
    local over = until_ms and until_ms <= tonumber(now_ms)
    local finished = not redis.call('ZSCORE', K.imports_open(tag), id)
    if over or (finished and left > keep) then
      forget_import(tag, id)
      left = left - 1
    end
  end
end

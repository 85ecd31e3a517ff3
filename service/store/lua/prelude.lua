-- Shared by all functions. Conventions: keys[1] is the hash tag, args[1] one JSON document; documents that are
-- only kept (bodies, answers, event data) stay strings and are never decoded, because cjson would not give
-- them back as they came. Times are milliseconds, handed in as strings. A function checks first, then writes.

local function field(key, name)
  local value = redis.call('HGET', key, name)
  return value or ''
end

-- The answer kept for an idempotency key: nil, or {'replay', answer} or {'mismatch'}.
local function once_seen(once_key, once)
  if once == nil or once == cjson.null then return nil end
  local kept = redis.call('GET', once_key)
  if not kept then return nil end
  if string.sub(kept, 1, 64) ~= once.body_hash then return {'mismatch'} end
  return {'replay', string.sub(kept, 65)}
end

local function once_keep(once_key, once)
  if once == nil or once == cjson.null then return end
  redis.call('SET', once_key, once.body_hash .. once.answer, 'EX', once.ttl_s)
end

-- Append events to the market's outbox; each is {partner, type, at, seq, subject, data}.
local function emit(tag, events)
  for _, e in ipairs(events) do
    redis.call('XADD', K.outbox(tag), '*', 'partner', e.partner, 'type', e.type, 'at', e.at,
      'seq', e.seq, 'subject', e.subject, 'data', e.data)
  end
end

local function split(text)
  local parts = {}
  for part in string.gmatch(text, '[^,]+') do parts[#parts + 1] = part end
  return parts
end

-- True where a trip's record has all that move_trip needs.
local function whole_trip(tag, id)
  local t = redis.pcall('HMGET', K.trip(tag, id), 'partner', 'kind', 'status', 'due_ms', 'version')
  return not t.err and t[1] and t[2] and t[3] and tonumber(t[4] or '') and tonumber(t[5] or '')
end

-- Move a trip to a status: its indexes, the set of open trips, when it is due and who holds its `either`.
local function move_trip(tag, id, status, match)
  local key = K.trip(tag, id)
  local t = redis.call('HMGET', key, 'partner', 'kind', 'status', 'due_ms', 'either')
  redis.call('ZREM', K.trips_by_status(tag, t[1], t[2], t[3]), id)
  redis.call('ZADD', K.trips_by_status(tag, t[1], t[2], status), 0, id)
  if status == 'open' then
    redis.call('SADD', K.open(tag), id)
    redis.call('ZADD', K.due(tag), t[4], id)
  else
    redis.call('SREM', K.open(tag), id)
    redis.call('ZREM', K.due(tag), id)
  end
  if t[5] and t[5] ~= '' then
    local holder = K.either(tag, t[1], t[5])
    if status == 'proposed' or status == 'confirmed' then
      redis.call('SET', holder, id)
    elseif redis.call('GET', holder) == id then
      redis.call('DEL', holder)
    end
  end
  redis.call('HSET', key, 'status', status, 'match', match)
  redis.call('HINCRBY', key, 'version', 1)
  redis.call('INCR', K.changes(tag))
end

-- True while nobody can know whether a request will be ridden.
local function undecided(tag, id)
  local status = field(K.trip(tag, id), 'status')
  return (status == 'open' or status == 'proposed') and redis.call('SISMEMBER', K.set_aside(tag), id) == 0
end

-- The ways back of a request, and the way out whose way back it is.
local function other_legs(tag, id)
  local legs = redis.call('SMEMBERS', K.returns(tag, id))
  local outward = field(K.trip(tag, id), 'outward')
  if outward ~= '' then legs[#legs + 1] = outward end
  return legs
end

-- Write a match's new state and its indexes; `due_ms` is '' where nothing is due.
local function put_match(tag, m)
  local key = K.match(tag, m.id)
  local before = field(key, 'status')
  for _, partner in ipairs(m.partners) do
    if before ~= '' then redis.call('ZREM', K.matches_by_status(tag, partner, before), m.id) end
    redis.call('ZADD', K.matches(tag, partner), 0, m.id)
    redis.call('ZADD', K.matches_by_status(tag, partner, m.status), 0, m.id)
  end
  for _, who in ipairs(m.commuters) do
    redis.call('ZADD', K.matches_by_commuter(tag, who[1], who[2]), 0, m.id)
  end
  redis.call('HSET', key, 'status', m.status, 'version', m.version, 'trips', table.concat(m.parties, ','),
    'doc', m.doc)
  if m.due_ms == '' then
    redis.call('ZREM', K.due(tag), m.id)
  else
    redis.call('ZADD', K.due(tag), m.due_ms, m.id)
  end
end

-- True where the caller's fencing token is the newest the store has given out for this lease.
local function fenced(tag, lease, token)
  return field(K.lease(tag, lease), 'token') == token
end

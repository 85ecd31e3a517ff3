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

-- True where one of the partner's commuters was erased since a line of an import was read that is to be posted now.
-- a.erasures: how often that had been by then, '' for what is of no import.
local function erased_since(tag, a)
  return a.erasures ~= '' and (redis.call('GET', K.erasures(tag, a.partner)) or '0') ~= a.erasures
end

-- Add to an event's fields what it may lack: the communities of the partner's trips that it is about, with commas, where
-- that is known; and the call or batch that caused it, where traces are kept (a W3C traceparent).
local function with_known(fields, e)
  for _, name in ipairs({'communities', 'trace'}) do
    if e[name] then
      fields[#fields + 1] = name
      fields[#fields + 1] = e[name]
    end
  end
  return fields
end

-- Append events to the market's outbox; each is {partner, type, at, seq, subject, people, data, ended_ms} and what it may
-- lack. One that tells that its subject has ended, or that a car is agreed, says when in ended_ms, else ''. People: JSON,
-- whom it concerns by trip.
local function emit(tag, events)
  for _, e in ipairs(events) do
    if (e.ended_ms or '') ~= '' then redis.call('ZADD', K.ended(tag), e.ended_ms, e.subject) end
    local fields = {'partner', e.partner, 'type', e.type, 'at', e.at, 'seq', e.seq, 'subject', e.subject,
      'people', e.people, 'data', e.data}
    redis.call('XADD', K.outbox(tag), '*', unpack(with_known(fields, e)))
  end
end

local function split(text)
  local parts = {}
  for part in string.gmatch(text, '[^,]+') do parts[#parts + 1] = part end
  return parts
end

-- An index is {name, key, score} of a sorted set, {name, key} of a set, or {name, key, holder = true} of a string
-- that holds one id.
local function enter(index, id)
  if index.holder then redis.call('SET', index[2], id)
  elseif index[3] then redis.call('ZADD', index[2], index[3], id)
  else redis.call('SADD', index[2], id) end
end

local function leave(index, id)
  if index.holder then
    if redis.call('GET', index[2]) == id then redis.call('DEL', index[2]) end
  elseif index[3] then redis.call('ZREM', index[2], id)
  else redis.call('SREM', index[2], id) end
end

local function move_between(before, after, id)
  local stays, stands = {}, {}
  for _, index in ipairs(after) do stays[index[2]] = true end
  for _, index in ipairs(before) do
    if stays[index[2]] then stands[index[2]] = index[3] or true else leave(index, id) end
  end
  for _, index in ipairs(after) do
    if stands[index[2]] ~= (index[3] or true) then enter(index, id) end
  end
end

-- What a trip's record says of where it stands; nil where a field is missing that it must have.
local function whole_trip(tag, id)
  local t = redis.pcall('HMGET', K.trip(tag, id), 'partner', 'kind', 'commuter', 'status', 'due_ms', 'version', 'match',
    'either', 'outward', 'external', 'decides_ms', 'series')
  if t.err or not (t[1] and t[2] and t[3] and t[4] and tonumber(t[5] or '') and tonumber(t[6] or '')) then return nil end
  return {partner = t[1], kind = t[2], commuter = t[3], status = t[4], due_ms = t[5], version = t[6], match = t[7] or '',
    either = t[8] or '', outward = t[9] or '', external = t[10] or '', decides_ms = t[11] or '', series = t[12] or ''}
end

-- Every index in which a trip stands. One that is moving to another market is listed as open still.
local function trip_indexes(tag, t)
  local shown = t.status == 'moving' and 'open' or t.status
  local indexes = {
    {'by partner', K.trips(tag, t.partner, t.kind), 0},
    {'by commuter', K.trips_by_commuter(tag, t.partner, t.kind, t.commuter), 0},
    {'by status', K.trips_by_status(tag, t.partner, t.kind, shown), 0},
  }
  if t.external ~= '' then
    indexes[#indexes + 1] = {'by external id', K.trips_by_external_id(tag, t.partner, t.kind, t.external), 0}
  end
  if t.series ~= '' then
    indexes[#indexes + 1] = {'by series', K.trips_by_series(tag, t.partner, t.kind, t.series), 0}
  end
  if t.status == 'open' then
    local waits = t.decides_ms ~= ''
    indexes[#indexes + 1] = waits and {'deciding', K.deciding(tag), t.decides_ms} or {'open', K.open(tag)}
    indexes[#indexes + 1] = {'due', K.due(tag), t.due_ms}
  end
  if t.status == 'moving' then indexes[#indexes + 1] = {'moving', K.moving(tag)} end
  if t.either ~= '' and HELD[t.status] then
    indexes[#indexes + 1] = {'either', K.either(tag, t.partner, t.either), holder = true}
  end
  if t.outward ~= '' then indexes[#indexes + 1] = {'returns', K.returns(tag, t.outward)} end
  return indexes
end

-- Tell those who keep a picture of the market that a trip or match is not as it was; count: of changes until then.
local function tell_change(tag, id, count)
  redis.call('XADD', K.changed(tag), 'MAXLEN', '~', 20000, '*', 'id', id, 'count', count)
end

-- Count a change of the open trips; one that comes to be open notes which change that was.
local function count_change(tag, id, status)
  local count = redis.call('INCR', K.changes(tag))
  tell_change(tag, id, count)
  if status == 'open' then redis.call('HSET', K.trip(tag, id), 'opened', count) end
end

-- Give a trip another status, with its indexes.
local function restate_trip(tag, id, status)
  local t = whole_trip(tag, id)
  local before = trip_indexes(tag, t)
  t.status = status
  move_between(before, trip_indexes(tag, t), id)
  redis.call('HSET', K.trip(tag, id), 'status', status)
  count_change(tag, id, status)
end

-- Move a trip on by an action that its status allows; one that is held from then on, or was ridden, is in that match.
local function move_trip(tag, id, action, match)
  local status = trip_after(field(K.trip(tag, id), 'status'), action)
  restate_trip(tag, id, status)
  redis.call('HSET', K.trip(tag, id), 'match', (HELD[status] or RIDDEN[status]) and match or '')
  redis.call('HINCRBY', K.trip(tag, id), 'version', 1)
end

-- The status that a match has after these actions; nil where the table does not have one of them.
local function match_walked(status, actions)
  for _, action in ipairs(actions) do
    status = status and match_after(status, action)
  end
  return status
end

-- Write a new trip that is open, and its indexes.
local function put_open_trip(tag, id, fields)
  redis.call('HSET', K.trip(tag, id), unpack(fields))
  for _, index in ipairs(trip_indexes(tag, whole_trip(tag, id))) do enter(index, id) end
  count_change(tag, id, 'open')
end

-- True where a way out is in another market than this, or on its way there: it can have no way back here.
local function away(tag, id)
  local status = field(K.trip(tag, id), 'status')
  return status == '' or status == 'moving' or status == 'moved'
end

-- What a series' record says of where it stands; nil where a field is missing that it must have.
local function whole_series(tag, id)
  local s = redis.pcall('HMGET', K.series(tag, id), 'partner', 'commuter', 'due_ms', 'revision')
  if s.err or not (s[1] and s[2] and tonumber(s[3] or '') and s[4]) then return nil end
  return {partner = s[1], commuter = s[2], due_ms = s[3], revision = s[4]}
end

-- Every index in which a series stands.
local function series_indexes(tag, s)
  return {
    {'by partner', K.series_of(tag, s.partner), 0},
    {'by commuter', K.series_by_commuter(tag, s.partner, s.commuter), 0},
    {'due', K.series_due(tag), s.due_ms},
  }
end

-- Count that a driver's series and a rider's have agreed to ride together; of days that do not recur nothing is kept.
local function note_pool(tag, driver, rider)
  local drives, rides = field(K.trip(tag, driver), 'series'), field(K.trip(tag, rider), 'series')
  if drives == '' or rides == '' then return end
  local key = K.pool(tag, drives)
  redis.call('ZINCRBY', key, 1, rides)
  redis.call('ZREMRANGEBYRANK', key, 0, -33)
  redis.call('EXPIRE', key, 5184000)
end

-- True while nobody can know whether a request will be ridden.
local function undecided(tag, id)
  local status = field(K.trip(tag, id), 'status')
  return UNDECIDED[status] and redis.call('SISMEMBER', K.set_aside(tag), id) == 0
end

-- The ways back of a request, and the way out whose way back it is.
local function other_legs(tag, id)
  local legs = redis.call('SMEMBERS', K.returns(tag, id))
  local outward = field(K.trip(tag, id), 'outward')
  if outward ~= '' then legs[#legs + 1] = outward end
  return legs
end

-- Have batches match an open trip from now on, and with it the other ways of its rider: they are decided together.
local function begin_to_match(tag, first)
  local seen, found = {}, {first}
  while #found > 0 do
    local id = table.remove(found)
    local t = not seen[id] and whole_trip(tag, id)
    seen[id] = true
    if t and t.status == 'open' then
      if redis.call('ZSCORE', K.deciding(tag), id) then
        local before = trip_indexes(tag, t)
        redis.call('HDEL', K.trip(tag, id), 'decides_ms')
        t.decides_ms = ''
        move_between(before, trip_indexes(tag, t), id)
        redis.call('ZREM', K.deciding(tag), id)
        count_change(tag, id, t.status)
      end
      for _, leg in ipairs(other_legs(tag, id)) do found[#found + 1] = leg end
    end
  end
end

-- Every index in which a match stands: m {id, status, partners, commuters, due_ms (while somebody is asked, or it is under
-- way), departs_ms,
-- inviting (partners of riders invited to it, who see it as proposed)}.
local function match_indexes(tag, m)
  local indexes = {}
  for _, partner in ipairs(m.partners) do
    indexes[#indexes + 1] = {'by partner', K.matches(tag, partner), 0}
    indexes[#indexes + 1] = {'by status', K.matches_by_status(tag, partner, m.status), 0}
  end
  for _, partner in ipairs(m.inviting) do
    indexes[#indexes + 1] = {'by partner', K.matches(tag, partner), 0}
    indexes[#indexes + 1] = {'by status', K.matches_by_status(tag, partner, 'proposed'), 0}
  end
  for _, who in ipairs(m.commuters) do
    indexes[#indexes + 1] = {'by commuter', K.matches_by_commuter(tag, who[1], who[2]), 0}
  end
  local ends = m.status == 'proposed' or m.status == 'under_way' or #m.inviting > 0
  if ends then indexes[#indexes + 1] = {'due', K.due(tag), m.due_ms} end
  if m.status == 'confirmed' then indexes[#indexes + 1] = {'agreed', K.cars(tag), m.departs_ms} end
  return indexes
end

-- Write a match's new state and its indexes; m: also {version, parties, invited, doc, names}; was: the same of it before,
-- null for a new one.
local function put_match(tag, m, was)
  local key = K.match(tag, m.id)
  local known = was ~= nil and was ~= cjson.null
  move_between(known and match_indexes(tag, was) or {}, match_indexes(tag, m), m.id)
  redis.call('HSET', key, 'status', m.status, 'version', m.version, 'trips', table.concat(m.parties, ','),
    'invited', table.concat(m.invited, ','), 'doc', m.doc)
  if m.names ~= '' then redis.call('HSET', key, 'names', m.names) else redis.call('HDEL', key, 'names') end
  if known and was.status ~= m.status then redis.call('HDEL', key, 'position', 'position_ms') end
  tell_change(tag, m.id, redis.call('GET', K.changes(tag)) or 0)
end

-- True where the caller's fencing token is the newest the store has given out for this lease.
local function fenced(tag, lease, token)
  return field(K.lease(tag, lease), 'token') == token
end

-- Drop the certificates of the oldest batches, so that those of the market take so many bytes at most.
local function keep_certificates(tag, most_bytes)
  local held = 0
  for _, id in ipairs(redis.call('ZRANGE', K.batches(tag), 0, -1, 'REV')) do
    local key, own = K.batch(tag, id), 0
    for _, name in ipairs({'certificate_exact', 'certificate_coarse'}) do
      local size = redis.pcall('HSTRLEN', key, name)
      if type(size) == 'number' then own = own + size end
    end
    held = held + own
    if own > 0 and held > most_bytes then redis.call('HDEL', key, 'certificate_exact', 'certificate_coarse') end
  end
end

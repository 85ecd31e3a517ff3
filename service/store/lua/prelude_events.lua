-- Shared by the functions of a log of events and of the deliveries owed for it. The tag is that of the log.
-- A queue holds at most one entry per subject (a match or trip); later ones of the subject wait behind it, so that
-- an endpoint never gets one before the earlier has been delivered or given up on. No subject: no order.

-- True where stream id `one` comes after `other`; compared as numbers (ms, n), for '10-9' comes before '10-10'.
local function later(one, other)
  local ms, n = string.match(one, '^(%d+)%-(%d+)$')
  local other_ms, other_n = string.match(other, '^(%d+)%-(%d+)$')
  if ms ~= other_ms then return tonumber(ms) > tonumber(other_ms) end
  return tonumber(n) > tonumber(other_n)
end

local function queued(entry, subject) return entry .. ' ' .. subject end

-- The lane of an enabled endpoint is due when its first queued entry is; answers when, '' for never.
local function set_lane(tag, endpoint)
  local first = redis.call('ZRANGE', K.queue(tag, endpoint), 0, 0, 'WITHSCORES')
  if #first == 0 or field(K.endpoint(tag, endpoint), 'status') ~= 'enabled' then
    redis.call('ZREM', K.lanes(tag), endpoint)
    return ''
  end
  redis.call('ZADD', K.lanes(tag), first[2], endpoint)
  return first[2]
end

-- Owe an endpoint an entry of the log; set_lane is left to the caller.
local function owe(tag, endpoint, entry, subject, due_ms)
  if subject ~= '' then
    local key = K.waiting(tag, endpoint)
    local waiting = redis.call('HGET', key, subject)
    if waiting then
      redis.call('HSET', key, subject, waiting == '' and entry or (waiting .. ',' .. entry))
      return
    end
    redis.call('HSET', key, subject, '')
  end
  redis.call('ZADD', K.queue(tag, endpoint), due_ms, queued(entry, subject))
end

-- An entry is delivered or given up on: off the queue with it, and on with the next one of its subject.
local function release(tag, endpoint, entry, subject, due_ms)
  redis.call('ZREM', K.queue(tag, endpoint), queued(entry, subject))
  if subject == '' then return end
  local key = K.waiting(tag, endpoint)
  local waiting = redis.call('HGET', key, subject)
  if not waiting or waiting == '' then
    redis.call('HDEL', key, subject)
    return
  end
  local first, rest = string.match(waiting, '^([^,]+),?(.*)$')
  redis.call('HSET', key, subject, rest)
  redis.call('ZADD', K.queue(tag, endpoint), due_ms, queued(first, subject))
end

-- A list with commas so that each of its names has one on either side; '' for an empty one.
local function between_commas(list) return list == '' and '' or (',' .. list .. ',') end

-- The enabled endpoints, each {id, the types it asked for as ',a,b,', '' for all; the communities, as well}.
local function listeners(tag)
  local found = {}
  for _, id in ipairs(redis.call('ZRANGE', K.endpoints(tag), 0, -1)) do
    local e = redis.call('HMGET', K.endpoint(tag, id), 'status', 'event_types', 'communities')
    if e[1] == 'enabled' then found[#found + 1] = {id, between_commas(e[2] or ''), between_commas(e[3] or '')} end
  end
  return found
end

-- Append an event {type, at, seq, subject, market, people, data} and what it may lack (`with_known`) to the log, under an
-- id of the time handed in (or of the entry before it, where a clock has stepped back). Answers the entry's id.
local function append_event(tag, e, now_ms)
  local key = K.events(tag)
  local fields = {'type', e.type, 'at', e.at, 'seq', e.seq, 'subject', e.subject, 'market', e.market,
    'people', e.people or '', 'data', e.data}
  with_known(fields, e)
  local entry = redis.pcall('XADD', key, now_ms .. '-*', unpack(fields))
  if type(entry) == 'table' then entry = redis.call('XADD', key, '*', unpack(fields)) end
  return entry
end

-- Whether an endpoint asked for an event: for its type, and for one of its communities where these are known.
local function wants(endpoint, e)
  if endpoint[2] ~= '' and not string.find(endpoint[2], ',' .. e.type .. ',', 1, true) then return false end
  if endpoint[3] == '' or not e.communities then return true end
  for _, community in ipairs(split(e.communities)) do
    if string.find(endpoint[3], ',' .. community .. ',', 1, true) then return true end
  end
  return false
end

-- Owe an entry to every one of `listening` that asked for it; answers how many did.
local function tell(tag, listening, e, entry, due_ms)
  local told = 0
  for _, endpoint in ipairs(listening) do
    if wants(endpoint, e) then
      owe(tag, endpoint[1], entry, e.subject, due_ms)
      told = told + 1
    end
  end
  return told
end

-- Append an event to the log and owe it to every endpoint that asked for it; answers the entry's id.
local function append_and_tell(tag, e, now_ms)
  local listening = listeners(tag)
  local entry = append_event(tag, e, now_ms)
  tell(tag, listening, e, entry, now_ms)
  for _, endpoint in ipairs(listening) do set_lane(tag, endpoint[1]) end
  return entry
end

-- True where an event's data names one of these trips, or the commuter.
local function tells_of(data, trips, commuter)
  if commuter ~= '' and string.find(data, commuter, 1, true) then return true end
  for id in string.gmatch(data, '"(%l%l%l_%w+)"') do
    if trips[id] then return true end
  end
  return false
end

-- Shared by the functions that hold indexes against the records that they are made from.

-- Collects what is wrong and, where mending is asked for, mends it. `mend` answers false where it can not.
local function findings(mending)
  local f = {wrong = {}, mended = {}}
  function f.add(what, mend)
    f.wrong[#f.wrong + 1] = what
    if mending and mend and mend() ~= false then f.mended[#f.mended + 1] = what end
  end
  return f
end

local function stands_in(index, id)
  local found
  if index.holder then found = redis.pcall('GET', index[2])
  elseif index[3] then found = redis.pcall('ZSCORE', index[2], id)
  else found = redis.pcall('SISMEMBER', index[2], id) end
  if index.holder then return found == id end
  if index[3] then return type(found) == 'string' and tonumber(found) == tonumber(index[3]) end
  return found == 1
end

-- Judge each of a.things by itself, and mend what is wrong if a.mend says so.
-- Answers for each {[what is wrong …], [what of it was mended …]}.
local function judge_each(a, judge)
  local answers = {}
  for _, thing in ipairs(a.things) do
    local f = findings(a.mend)
    judge(thing, f)
    answers[#answers + 1] = {f.wrong, f.mended}
  end
  return answers
end

-- Put an id into an index; a key of another type in its place is dropped, for an index can be made anew.
local function put_in(tag, index, id)
  local kept = redis.call('TYPE', index[2]).ok
  local wanted = index.holder and 'string' or index[3] and 'zset' or 'set'
  if kept ~= 'none' and kept ~= wanted then redis.call('UNLINK', index[2]) end
  if index.holder and kept == 'string' then
    local other = whole_trip(tag, redis.call('GET', index[2]))
    if other and HELD[other.status] then return false end
  end
  enter(index, id)
end

-- Where a key has an id, as an index; nil where it does not.
local function found_in(key, id)
  local kept = redis.call('TYPE', key).ok
  if kept == 'zset' and redis.call('ZSCORE', key, id) then return {'', key, 0} end
  if kept == 'set' and redis.call('SISMEMBER', key, id) == 1 then return {'', key} end
  if kept == 'string' and redis.call('GET', key) == id then return {'', key, holder = true} end
  return nil
end

-- Each of these indexes has the id.
local function check_indexes(f, tag, indexes, id)
  for _, index in ipairs(indexes) do
    if not stands_in(index, id) then f.add(index[1], function() return put_in(tag, index, id) end) end
  end
end

-- The key in which the id was found, and still is, is one of these indexes.
local function check_found(f, key, indexes, id)
  for _, index in ipairs(indexes) do
    if index[2] == key then return end
  end
  local here = found_in(key, id)
  if here then f.add('astray', function() leave(here, id) end) end
end

-- Whether a match holds a trip: true, false, or nil where the match's record can not tell.
local function holds(tag, match, trip)
  local key = K.match(tag, match)
  if redis.call('EXISTS', key) == 0 then return false end
  local m = redis.pcall('HMGET', key, 'status', 'trips', 'invited')
  if m.err or not m[1] or not m[2] then return nil end
  local function has(ids) return string.find(',' .. ids .. ',', ',' .. trip .. ',', 1, true) ~= nil end
  return HELD[m[1]] == true and (has(m[2]) or has(m[3] or ''))
end

-- Shared by the functions that drop what ended long ago.

local function ended_before(tag, id, before_ms)
  local ended_ms = redis.call('ZSCORE', K.ended(tag), id)
  return ended_ms and tonumber(ended_ms) < tonumber(before_ms)
end

-- Drop a trip's record and all indexes of it; those of its ways back end with them.
local function drop_trip(tag, id, t)
  for _, index in ipairs(trip_indexes(tag, t)) do leave(index, id) end
  redis.call('UNLINK', K.trip(tag, id))
end

-- Note that a trip or match is dropped, in the statistics of its day.
local function count_dropped(tag, id, counts, of_partners)
  redis.call('ZREM', K.ended(tag), id)
  for name, number in pairs(counts) do redis.call('HINCRBY', K.statistics(tag), name, string.format('%d', number)) end
  for partner, own in pairs(of_partners or {}) do
    local key = K.partner_statistics(tag, partner)
    local full = redis.call('HLEN', key) >= 50000
    for name, number in pairs(own) do
      local of_community = string.find(name, ' .* ')
      if not (full and of_community) then redis.call('HINCRBY', key, name, string.format('%d', number)) end
    end
  end
end

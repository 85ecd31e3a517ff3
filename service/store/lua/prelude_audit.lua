-- Note an administrative act beside what it changed, in the same step: {at_ms, by, what, target, details (JSON)}.
-- Where a clock has stepped back, it is noted at the time of the one before it.
local function note_act(tag, act)
  local key = K.audit(tag)
  local fields = {'by', act.by, 'what', act.what, 'target', act.target, 'details', act.details}
  local entry = redis.pcall('XADD', key, 'MAXLEN', '~', 10000, act.at_ms .. '-*', unpack(fields))
  if type(entry) == 'table' then redis.call('XADD', key, 'MAXLEN', '~', 10000, '*', unpack(fields)) end
end

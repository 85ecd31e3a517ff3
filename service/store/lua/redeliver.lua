-- Owe an endpoint entries of the log again, each unless it is owed.
-- a: endpoint, entries, delivered (true: also what was delivered, and an entry that is not there is an error), before
--    (how many this call has owed by now), keep (attempts of each), now_ms, key_hash, once
-- Answers {'created', how many}, {'replay', that of the first call}, {'mismatch'}, {'missing'}, {'disabled'},
-- {'unknown', the entry}.
local once_key = K.partner_once(tag, a.key_hash)
local seen = once_seen(once_key, a.once)
if seen then return seen end
local status = field(K.endpoint(tag, a.endpoint), 'status')
if status == '' then return {'missing'} end
if status ~= 'enabled' then return {'disabled'} end

local subjects = {}
for _, entry in ipairs(a.entries) do
  local found = redis.call('XRANGE', K.events(tag), entry, entry)[1]
  if not found and a.delivered then return {'unknown', entry} end
  for i = 1, found and #found[2] or 0, 2 do
    if found[2][i] == 'subject' then subjects[entry] = found[2][i + 1] end
  end
end

local function is_owed(entry, subject)
  if redis.call('ZSCORE', K.queue(tag, a.endpoint), queued(entry, subject)) then return true end
  local waiting = subject ~= '' and redis.call('HGET', K.waiting(tag, a.endpoint), subject) or ''
  return string.find(',' .. (waiting or '') .. ',', ',' .. entry .. ',', 1, true) ~= nil
end

-- The log of attempts goes on; the schedule begins anew.
local function begin_anew(delivery)
  local attempts = field(delivery, 'attempts')
  local list = attempts == '' and {} or cjson.decode('[' .. attempts .. ']')
  if #list > a.keep then
    local newest = {}
    for i = #list - a.keep + 1, #list do newest[#newest + 1] = cjson.encode(list[i]) end
    redis.call('HSET', delivery, 'attempts', table.concat(newest, ','))
  end
  redis.call('HSET', delivery, 'status', 'pending', 'n', '0', 'due_ms', a.now_ms)
end

local owed = a.before
for _, entry in ipairs(a.entries) do
  local subject = subjects[entry]
  local delivery = K.delivery(tag, a.endpoint, entry)
  local state = field(delivery, 'status')
  local again = state == 'failed' or (a.delivered and state == 'succeeded')
  if subject and (again or (state == '' and not is_owed(entry, subject))) then
    if again then begin_anew(delivery) end
    owe(tag, a.endpoint, entry, subject, a.now_ms)
    owed = owed + 1
  end
end
set_lane(tag, a.endpoint)
if a.once ~= cjson.null then
  a.once.answer = string.format('%d', owed) .. a.once.answer
  once_keep(once_key, a.once)
end
return {'created', string.format('%d', owed)}

-- Drop what is left of a sandbox beside its records: what was to happen there, its figures, its time.
-- a: lease, token, partner. Answers {'ok', the last entry that its outbox ever had}, {'stale'}.
if not fenced(tag, a.lease, a.token) then return {'stale'} end
redis.call('UNLINK', K.open(tag), K.deciding(tag), K.due(tag), K.cars(tag), K.moving(tag), K.ended(tag), K.series_due(tag),
  K.set_aside(tag), K.batch_queue(tag), K.certificate_queue(tag), K.statistics(tag),
  K.partner_statistics(tag, a.partner), K.outbox_dead(tag), K.clock(tag))
redis.call('INCR', K.changes(tag))  -- without an entry that tells of it: who keeps a picture reads all anew
local last = ''
if redis.call('EXISTS', K.outbox(tag)) == 1 then
  redis.call('XTRIM', K.outbox(tag), 'MAXLEN', 0)
  local info = redis.call('XINFO', 'STREAM', K.outbox(tag))
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
return {'ok', last}

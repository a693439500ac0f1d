-- Compare and set of one run, with its log, its checkpoints, its indexes and its remembered operation. The rules are core's
-- alone.
-- Uses limits, clock, operations, sessions, runs.
--
-- KEYS
--   run             hash {v: revision, r: the run, l and e: see take-over-run.lua, k: see runs.lua}
--   log             list: the run's audit records
--   slot_0          hash: the run's remembered operations of even generations
--   slot_1          hash: those of odd ones
--   own             string: that this very commit was made
--   runs            zset: the partition's runs by start
--   finished        zset: those with a final status by their end
--   touched         zset: those that are tended by their last sign of life
--   noted           list: the decisions that are noted with the run, kept as long as the run
--   checkpoints     zset: the run's checkpoints by number
--   session         hash {f, m, l}: the session that a new run begins in; the run again where there is none
--   ...subjects     zset: the partition's runs of its caller, its skill and the like by start; a run never changes them
-- ARGV
--   injected        text: ms since the epoch, or '' for the server's clock
--   expected        number: the revision that this commit was made from, 0 for a new run
--   id              text
--   bytes           the run
--   retention       number: ms for which a finished run is kept
--   started_at      number: ms since the epoch
--   finished_at     number: ms since the epoch, -1 while running
--   touched_at      number: ms since the epoch, -1 for a run that needs no tending
--   first_sequence  number: the place in the log, from 1, of the first record to add
--   name            12 bytes: the operation's name; '' without a key
--   remembered      fingerprint (8 bytes), answer; '' without a key
--   lineage         16 bytes: the history of this server's data, '' if unknown
--   lost            number: the lost changes for which this commit accounts
--   checkpoint      bytes: a checkpoint to keep, '' for none
--   number          number: its number
--   drops           numbers of checkpoints that are no longer kept, a blank behind each
--   last_leaf       bytes: what the last record in the log begins with, where there is a checkpoint
--   principals      msgpack [principal, ...]: who begins the run in the session; '' where there is none
--   ended           number: ms for which an ended session still answers
--   ...records      bytes
--
-- Reply  'committed', 'moved', 'too_many_keys', or the reason why the session lets nobody in
local run = KEYS[1]
local log = KEYS[2]
local slot_0 = KEYS[3]
local slot_1 = KEYS[4]
local own = KEYS[5]
local runs = KEYS[6]
local finished = KEYS[7]
local touched = KEYS[8]
local noted = KEYS[9]
local checkpoints = KEYS[10]
local session = KEYS[11]
local subjects_from = 12
local injected = ARGV[1]
local expected = tonumber(ARGV[2])
local id = ARGV[3]
local bytes = ARGV[4]
local retention = tonumber(ARGV[5])
local started_at = tonumber(ARGV[6])
local finished_at = tonumber(ARGV[7])
local touched_at = tonumber(ARGV[8])
local first_sequence = tonumber(ARGV[9])
local name = ARGV[10]
local remembered = ARGV[11]
local lineage = ARGV[12]
local lost = tonumber(ARGV[13])
local checkpoint = ARGV[14]
local number = tonumber(ARGV[15])
local drops = ARGV[16]
local last_leaf = ARGV[17]
local principals = ARGV[18]
local ended = tonumber(ARGV[19])
local records_from = 20

-- Mirrors `entryRefusal` in src/core/session/charge.ts.
local function entry_refusal(now)
  local facts, counters = read_session(session)
  if not facts then return 'SESSION_UNKNOWN' end
  local clock = session_clock(counters, now)
  if is_forgotten(facts, counters, ended, clock) then return 'SESSION_UNKNOWN' end
  local is_owner = facts[OWNER] == ''
  for _, principal in ipairs(cmsgpack.unpack(principals)) do is_owner = is_owner or principal == facts[OWNER] end
  if not is_owner then return 'OWNER_MISMATCH' end
  if counters[CLOSED] ~= 0 then return 'SESSION_CLOSED' end
  if is_expired(facts, counters, clock) then return 'SESSION_EXPIRED' end
end

-- WHY NOT the caller's key: another server may have been asked with the same at the same time, and made the same of it.
if redis.call('EXISTS', own) == 1 then return 'committed' end
local revision = tonumber(redis.call('HGET', run, 'v') or 0)
if revision ~= expected or tonumber(redis.call('HGET', run, 'e') or 0) ~= lost then return 'moved' end
local now = clock_of(injected)
local slots = { slot_0, slot_1 }
local last, generation, current, previous
if name ~= '' then
  local counts = redis.call('HGET', run, 'k')
  last = counts_of(counts)
  generation, current, previous = operations_at(now, counts_of(counts))
  if find_remembered(slots, name, generation, current, previous) then return 'moved' end
  if current + previous >= OPERATIONS_MAX then return 'too_many_keys' end
end
local refusal = principals ~= '' and entry_refusal(now)
if refusal then return refusal end
-- A log without gaps: what is added must follow what is there.
if redis.call('LLEN', log) ~= first_sequence - 1 then error('run log: not as long as its run says') end
-- Another history may have come to the same revision: its last record is another one.
if checkpoint ~= '' and string.sub(redis.call('LINDEX', log, -1) or '', 1, #last_leaf) ~= last_leaf then return 'moved' end
-- Only their types matter here: a wrong one must be seen before the first write.
for _, index in ipairs({ runs, finished, touched, checkpoints }) do redis.call('ZCARD', index) end
for place = subjects_from, #KEYS do redis.call('ZCARD', KEYS[place]) end

local kept = retention + RUN_IDLE_MS_MAX + SLACK_MS
local taken_over = redis.call('HGET', run, 'l')
if lineage ~= '' and (not taken_over or string.sub(taken_over, 1, 16) ~= lineage) then
  redis.call('HSET', run, 'l', lineage .. string.format('%.0f', revision))
end
redis.call('HSET', run, 'v', string.format('%.0f', revision + 1), 'r', bytes)
if lost > 0 then redis.call('HSET', run, 'e', '0') end
redis.call('PEXPIRE', run, kept)
-- Records cut into groups: Lua's stack holds a few thousand values.
for index = records_from, #ARGV, 500 do
  redis.call('RPUSH', log, unpack(ARGV, index, math.min(index + 499, #ARGV)))
end
redis.call('PEXPIRE', log, kept)
if checkpoint ~= '' then redis.call('ZADD', checkpoints, number, checkpoint) end
for dropped in string.gmatch(drops, '%d+') do redis.call('ZREMRANGEBYSCORE', checkpoints, dropped, dropped) end
redis.call('PEXPIRE', checkpoints, kept)
if name ~= '' then
  drop_stale(slots, last, generation, current)
  redis.call('HSET', run, 'k', struct.pack('>I4I4I4', generation, current + 1, previous))
  remember_in(slots, name, remembered, generation, current + 1, now)
end
redis.call('PEXPIRE', noted, kept)
redis.call('SET', own, '', 'PX', OWN_MS)

redis.call('ZADD', runs, started_at, id)
for _, place in ipairs({ { finished, finished_at }, { touched, touched_at } }) do
  if place[2] < 0 then redis.call('ZREM', place[1], id) else redis.call('ZADD', place[1], place[2], id) end
end
for place = subjects_from, #KEYS do
  if expected == 0 then redis.call('ZADD', KEYS[place], started_at, id) end
  redis.call('PEXPIRE', KEYS[place], kept + SLACK_MS)
end
-- An index outlives its longest-lived member.
for _, index in ipairs({ runs, finished, touched }) do redis.call('PEXPIRE', index, kept + SLACK_MS) end
return 'committed'

-- Reads a run, and what is remembered of one of its operations, as they stand at one moment.
-- Uses limits, clock, operations, runs.
--
-- KEYS
--   run       hash {v: revision, r: the run, e: lost changes that no commit has accounted for, k: see runs.lua}
--   slot_0    hash: remembered operations of even generations
--   slot_1    hash: those of odd ones
--   noted     list: the decisions that are noted with the run
-- ARGV
--   injected  text: ms since the epoch, or '' for the server's clock
--   name      12 bytes: the operation's name, '' if none is asked for
--
-- Reply  now, revision or nil, run or nil, remembered: fingerprint and answer or nil, run_decisions: how many, lost_changes or nil
local run = KEYS[1]
local slot_0 = KEYS[2]
local slot_1 = KEYS[3]
local noted = KEYS[4]
local injected = ARGV[1]
local name = ARGV[2]

local now = clock_of(injected)
local stored = redis.call('HMGET', run, 'v', 'r', 'e', 'k')
local remembered
if name ~= '' and stored[1] then
  remembered = find_remembered({ slot_0, slot_1 }, name, operations_at(now, counts_of(stored[4])))
end
return reply {
  now = now, revision = stored[1], run = stored[2], remembered = remembered or false,
  run_decisions = redis.call('LLEN', noted), lost_changes = stored[3],
}

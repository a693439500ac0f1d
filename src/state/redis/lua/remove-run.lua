-- Removes a run with its log, its checkpoints, its remembered operations and its index entries, if it is still at one revision.
--
-- KEYS
--   run          hash {v: revision, r: the run}
--   log          list: the run's audit records
--   slot_0       hash: its remembered operations of even generations
--   slot_1       hash: those of odd ones
--   runs         zset: the partition's runs by start
--   finished     zset: those with a final status by their end
--   touched      zset: those that are tended by their last sign of life
--   noted        list: the decisions that are noted with the run
--   checkpoints  zset: the run's checkpoints by number
--   ...subjects  zset: the partition's runs of its caller, its skill and the like by start
-- ARGV
--   expected     number: the revision that the removal was decided on
--   id           text
--
-- Reply  1 if it was removed, else 0
local run = KEYS[1]
local log = KEYS[2]
local slot_0 = KEYS[3]
local slot_1 = KEYS[4]
local runs = KEYS[5]
local finished = KEYS[6]
local touched = KEYS[7]
local noted = KEYS[8]
local checkpoints = KEYS[9]
local expected = tonumber(ARGV[1])
local id = ARGV[2]

if tonumber(redis.call('HGET', run, 'v') or 0) ~= expected then return 0 end
redis.call('UNLINK', run, log, slot_0, slot_1, noted, checkpoints)
for _, index in ipairs({ runs, finished, touched }) do redis.call('ZREM', index, id) end
for place = 10, #KEYS do redis.call('ZREM', KEYS[place], id) end
return 1

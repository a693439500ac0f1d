-- Removes a run with its log, its checkpoints, its remembered operations and its index entries, if it is still at one revision.
--
-- KEYS
--   run          hash {v: revision, r: the run}
--   log          list: the run's audit records
--   operations   hash: the run's remembered operations by name
--   runs         zset: the partition's runs by start
--   finished     zset: those with a final status by their end
--   touched      zset: those that are tended by their last sign of life
--   noted        list: the decisions that are noted with the run
--   checkpoints  zset: the run's checkpoints by number
-- ARGV
--   expected     number: the revision that the removal was decided on
--   id           text
--
-- Reply  1 if it was removed, else 0
local run = KEYS[1]
local log = KEYS[2]
local operations = KEYS[3]
local runs = KEYS[4]
local finished = KEYS[5]
local touched = KEYS[6]
local noted = KEYS[7]
local checkpoints = KEYS[8]
local expected = tonumber(ARGV[1])
local id = ARGV[2]

if tonumber(redis.call('HGET', run, 'v') or 0) ~= expected then return 0 end
redis.call('UNLINK', run, log, operations, noted, checkpoints)
for _, index in ipairs({ runs, finished, touched }) do redis.call('ZREM', index, id) end
return 1

-- Removes index entries of runs whose records have expired, which happens only where nobody purged them in time.
--
-- KEYS
--   runs           zset: the partition's runs by start
--   finished       zset: those with a final status by their end
--   touched        zset: those that are tended by their last sign of life
--   ...candidates  hash {v: revision, r: the run}
-- ARGV
--   ...ids         text
--
-- Reply  how many entries were removed
local runs = KEYS[1]
local finished = KEYS[2]
local touched = KEYS[3]

local removed = 0
for index = 1, #ARGV do
  if redis.call('EXISTS', KEYS[index + 3]) == 0 then
    for _, list in ipairs({ runs, finished, touched }) do redis.call('ZREM', list, ARGV[index]) end
    removed = removed + 1
  end
end
return removed

-- Tells how many changes of a run were acknowledged and lost, should the store have lost some.
--
-- A run names in `l` the history (lineage) of the server that wrote it last, and its revision when that history took it
-- over; see restore-high-water-mark.lua. In `e` the lost changes add up until a commit accounts for them in the run's log.
--
-- KEYS
--   run       hash {v: revision, r: the run, l: lineage (16 bytes), revision when it took over, e: lost changes}
-- ARGV
--   lineage   16 bytes: of this server
--   known_in  16 bytes: the lineage in which the following was acknowledged
--   revision  number
--
-- Reply  how many changes were lost
local run = KEYS[1]
local lineage = ARGV[1]
local known_in = ARGV[2]
local revision = tonumber(ARGV[3])

local stored = redis.call('HMGET', run, 'v', 'l', 'e')
if not stored[1] then return 0 end
local base = tonumber(stored[1])
if known_in ~= lineage and stored[2] and string.sub(stored[2], 1, 16) == lineage then
  base = tonumber(string.sub(stored[2], 17))
end
if revision <= base then return 0 end
local lost = revision - base
redis.call('HSET', run, 'l', lineage .. string.format('%.0f', revision), 'e', string.format('%.0f', (stored[3] or 0) + lost))
return lost

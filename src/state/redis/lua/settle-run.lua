-- Notes that the run for which a StartRun key was claimed is stored.
--
-- KEYS
--   claim  string: fingerprint (8 bytes), '?' until the run is known to be stored, then '!', run id
-- ARGV
--   id     text
--
-- Reply  1 if it was claimed for this run, else 0
local claim = KEYS[1]
local id = ARGV[1]

local held = redis.call('GET', claim)
if not held or string.sub(held, 9) ~= '?' .. id then return 0 end
redis.call('SET', claim, string.sub(held, 1, 8) .. '!' .. id, 'KEEPTTL')
return 1

-- Claims a caller's StartRun key for a run that is about to be stored.
-- Uses limits.
--
-- KEYS
--   claim  string: fingerprint (8 bytes), '?' until the run is known to be stored, then '!', run id
-- ARGV
--   fingerprint  8 bytes
--   id           text
--
-- Reply  1 if the key is this run's, 0 if it is another's
local claim = KEYS[1]
local fingerprint = ARGV[1]
local id = ARGV[2]

local held = redis.call('GET', claim)
if held then return string.sub(held, 1, 8) == fingerprint and string.sub(held, 9) == '?' .. id and 1 or 0 end
redis.call('SET', claim, fingerprint .. '?' .. id, 'PX', 2 * GENERATION_MS)
return 1

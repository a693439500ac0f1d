-- Reads the document of a policy, if a record that names it may still be kept.
-- Uses limits, clock.
--
-- KEYS
--   documents  hash: by revision, since when it is in force (8 bytes, ms), the document
--   uses       zset: revisions by the time at which they were last in force
-- ARGV
--   injected   text: ms since the epoch, or '' for the server's clock
--   kept       number: ms for which a record that names the revision is kept at most
--   revision   text
--
-- Reply  as in the hash, or nil
local documents = KEYS[1]
local uses = KEYS[2]
local injected = ARGV[1]
local kept = tonumber(ARGV[2])
local revision = ARGV[3]

local used = redis.call('ZSCORE', uses, revision)
if not used or clock_of(injected) - tonumber(used) > kept + SLACK_MS then return false end
return redis.call('HGET', documents, revision)

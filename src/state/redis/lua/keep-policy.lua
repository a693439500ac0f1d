-- Keeps the document of a policy, and notes that it is in force. Documents go that were last in force longer ago than a record
-- that names them is kept, and beyond a maximum those that were in force longest ago.
-- Uses limits, clock.
--
-- KEYS
--   documents  hash: by revision, since when it is in force (8 bytes, ms), the document
--   uses       zset: revisions by the time at which they were last in force
-- ARGV
--   injected   text: ms since the epoch, or '' for the server's clock
--   kept       number: ms for which a record that names the revision is kept at most
--   max        number: documents
--   revision   text
--   value      as in the hash
--
-- Reply  how many documents there are
local documents = KEYS[1]
local uses = KEYS[2]
local injected = ARGV[1]
local kept = tonumber(ARGV[2])
local max = tonumber(ARGV[3])
local revision = ARGV[4]
local value = ARGV[5]

local now = clock_of(injected)
-- Only their types matter here: a wrong one must be seen before the first write.
redis.call('HLEN', documents)
redis.call('ZCARD', uses)
-- First, because it takes no memory: a full server refuses a script's first write only, and what stops an agent must be
-- recorded there, too, under a policy that is kept.
redis.call('PEXPIRE', uses, kept + 2 * SLACK_MS)
if redis.call('HEXISTS', documents, revision) == 0 then redis.call('HSET', documents, revision, value) end
redis.call('ZADD', uses, now, revision)
local gone = redis.call('ZRANGEBYSCORE', uses, '-inf', string.format('(%.0f', now - kept - SLACK_MS))
for _, old in ipairs(redis.call('ZREVRANGEBYSCORE', uses, '+inf', '-inf', 'LIMIT', max, -1)) do gone[#gone + 1] = old end
for _, old in ipairs(gone) do
  redis.call('HDEL', documents, old)
  redis.call('ZREM', uses, old)
end
for _, key in ipairs({ documents, uses }) do redis.call('PEXPIRE', key, kept + 2 * SLACK_MS) end
return redis.call('HLEN', documents)

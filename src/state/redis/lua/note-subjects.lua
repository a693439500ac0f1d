-- Notes that an agent and a principal have had a part in a session, so that decisions about them are found.
-- Uses limits, clock.
--
-- KEYS
--   ...buckets  zset: the partition's sessions by the time at which they were noted last
-- ARGV
--   injected    text: ms since the epoch, or '' for the server's clock
--   kept        number: ms for which a decision's record is kept
--   id          text
--
-- Reply  how many buckets the session was not in before
local injected = ARGV[1]
local kept = tonumber(ARGV[2])
local id = ARGV[3]

local now = clock_of(injected)
for index = 1, #KEYS do redis.call('ZCARD', KEYS[index]) end
local added = 0
for index = 1, #KEYS do
  local bucket = KEYS[index]
  -- First, because it takes no memory: a full server refuses a script's first write only, and what stops an agent must be
  -- recorded there, too.
  redis.call('PEXPIRE', bucket, kept + 4 * SLACK_MS)
  -- Noted again while the session is used, so an old note is one of a session whose records have gone.
  redis.call('ZREMRANGEBYSCORE', bucket, '-inf', string.format('(%.0f', now - kept - 3 * SLACK_MS))
  added = added + redis.call('ZADD', bucket, now, id)
  redis.call('PEXPIRE', bucket, kept + 4 * SLACK_MS)
end
return added

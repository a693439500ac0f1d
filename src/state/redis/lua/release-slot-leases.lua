-- Releases the slot leases of sessions that have ended, or were never opened.
--
-- KEYS
--   agent_sessions  zset: the agent's live and reserved sessions by the time they expire
--   reserved        zset: those of them that may not have been opened yet, by the time of their reservation
-- ARGV
--   ...ids          text
--
-- Reply  how many slot leases were released
local agent_sessions = KEYS[1]
local reserved = KEYS[2]

local freed = 0
for index = 1, #ARGV do
  freed = freed + redis.call('ZREM', agent_sessions, ARGV[index])
  redis.call('ZREM', reserved, ARGV[index])
end
return freed

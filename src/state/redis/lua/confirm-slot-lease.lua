-- Notes that a session with a slot lease has been opened, and when it expires.
--
-- KEYS
--   agent_sessions  zset: the agent's live and reserved sessions by the time they expire
--   reserved        zset: those of them that may not have been opened yet, by the time of their reservation
-- ARGV
--   id              text
--   expires         number: ms since the epoch
--
-- Reply  1 if the slot lease was reserved, else 0
local agent_sessions = KEYS[1]
local reserved = KEYS[2]
local id = ARGV[1]
local expires = ARGV[2]

if redis.call('ZREM', reserved, id) == 0 then return 0 end
redis.call('ZADD', agent_sessions, 'XX', expires, id)
return 1

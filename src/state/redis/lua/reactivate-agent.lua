-- Lets an agent open sessions again.
-- Uses clock.
--
-- KEYS
--   deactivated     text: since when the agent may open no sessions
--   agent_sessions  zset: the agent's live sessions by the time they expire
-- ARGV
--   injected        text: ms since the epoch, or '' for the server's clock
--
-- Reply  how many live sessions it has
local deactivated = KEYS[1]
local agent_sessions = KEYS[2]
local injected = ARGV[1]

local live = redis.call('ZCOUNT', agent_sessions, clock_of(injected), '+inf')
redis.call('UNLINK', deactivated)
return live

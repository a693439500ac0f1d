-- What is known of an agent.
-- Uses clock.
--
-- KEYS
--   deactivated     text: since when the agent may open no sessions
--   agent_sessions  zset: the agent's live sessions by the time they expire
-- ARGV
--   injected        text: ms since the epoch, or '' for the server's clock
--
-- Reply  deactivated_at or nil, live_sessions: how many
local deactivated = KEYS[1]
local agent_sessions = KEYS[2]
local injected = ARGV[1]

local live = redis.call('ZCOUNT', agent_sessions, clock_of(injected), '+inf')
return reply { deactivated_at = redis.call('GET', deactivated), live_sessions = live }

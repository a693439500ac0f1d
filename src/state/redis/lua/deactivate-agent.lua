-- Refuses an agent new sessions, and names the sessions that hold a slot lease; the caller closes each.
-- Uses limits, clock.
--
-- KEYS
--   deactivated     text: since when the agent may open no sessions; the one key that never expires
--   agent_sessions  zset: the agent's live and reserved sessions by the time they expire
-- ARGV
--   injected        text: ms since the epoch, or '' for the server's clock
--
-- Reply  deactivated_at, sessions: their ids
local deactivated = KEYS[1]
local agent_sessions = KEYS[2]
local injected = ARGV[1]

local now = clock_of(injected)
local since = redis.call('GET', deactivated)
-- First, because it takes no memory: a full server refuses a script's first write only, and this must work there too.
redis.call('ZREMRANGEBYSCORE', agent_sessions, '-inf', string.format('%.0f', now - SLACK_MS))
if not since then redis.call('SET', deactivated, string.format('%.0f', now)) end

local sessions = redis.call('ZRANGEBYSCORE', agent_sessions, '-inf', '+inf')
return reply { deactivated_at = tonumber(since) or now, sessions = sessions }

-- Refuses an agent new sessions and closes all its live ones, as one step. Mirrors `closed` in src/core/session.ts.
-- Uses limits, clock, keys, sessions, closing. Builds the keys of the sessions from their ids: one server only.
--
-- KEYS
--   deactivated     text: since when the agent may open no sessions; the one key that never expires
--   agent_sessions  zset: the agent's live sessions by the time they expire
-- ARGV
--   injected        text: ms since the epoch, or '' for the server's clock
--   retention       number: ms for which an ended session still answers
--
-- Reply  {since when, sessions closed}
local deactivated = KEYS[1]
local agent_sessions = KEYS[2]
local injected = ARGV[1]
local retention = tonumber(ARGV[2])

local now = clock_of(injected)
local since = redis.call('GET', deactivated)
local ids = redis.call('ZRANGEBYSCORE', agent_sessions, '-inf', '+inf')

-- First, because it takes no memory: a full server refuses a script's first write only, and this must work there too.
redis.call('ZREMRANGEBYSCORE', agent_sessions, '-inf', string.format('%.0f', now - SLACK_MS))
redis.call('SET', deactivated, since or string.format('%.0f', now))
local closed_count = 0
for _, id in ipairs(ids) do
  -- A record that cannot be read permits nothing as it is, and must not keep the others open.
  local readable, has_expired = pcall(function()
    local keys = session_keys(id)
    local facts, counters = read_session(keys.session)
    if not facts or counters[CLOSED] ~= 0 then return false end
    if is_expired(facts, counters, session_clock(counters, now)) then return true end
    close_session(keys, id, facts, counters, now, retention, '')
    closed_count = closed_count + 1
    return false
  end)
  -- What has expired stays listed: it lives again if the clock is set back.
  if not (readable and has_expired) then redis.call('ZREM', agent_sessions, id) end
end
return { tonumber(since) or now, closed_count }

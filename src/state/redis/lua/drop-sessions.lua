-- Removes sessions that ended long enough ago, and index entries of those whose records have expired. Mirrors
-- `statusOf` and `endsAtMs` in src/core/session/session.ts.
-- Uses limits, clock, operations, sessions.
--
-- KEYS
--   sessions       zset: the partition's sessions by creation
--   ends           zset: the same by end
--   ...candidates  three each: session {f, m}; its slots 0 and 1 of remembered keys
-- ARGV
--   injected       text: ms since the epoch, or '' for the server's clock
--   ended_for      number: ms that must have passed since the end
--   ...ids         text
--
-- Reply  removed: sessions, left: entries, expired: {agent, session} of those removed that were never closed, and so may
--        still hold a slot lease of their agent
local sessions = KEYS[1]
local ends = KEYS[2]
local injected = ARGV[1]
local ended_for = tonumber(ARGV[2])

local now = clock_of(injected)

local function has_ended(facts, counters)
  if not facts then return true end
  local is_over = counters[CLOSED] ~= 0 or is_expired(facts, counters, session_clock(counters, now))
  return is_over and ends_at(facts, counters) <= now - ended_for, facts[AGENT], counters[CLOSED]
end

local removed, left = 0, 0
local expired = {}
for index = 3, #ARGV do
  local place = 3 * (index - 2)
  local is_readable, facts, counters = try_read_session(KEYS[place])
  -- The entry of an unreadable record stays until the record's TTL removes it.
  local ended, agent, closed
  if is_readable then ended, agent, closed = has_ended(facts, counters) end
  if ended then
    if agent then
      redis.call('UNLINK', KEYS[place], KEYS[place + 1], KEYS[place + 2])
      removed = removed + 1
      if closed == 0 then expired[#expired + 1] = reply.expired { agent = agent, session = ARGV[index] } end
    end
    redis.call('ZREM', sessions, ARGV[index])
    redis.call('ZREM', ends, ARGV[index])
  else
    left = left + 1
  end
end
return reply { removed = removed, left = left, expired = expired }

-- Removes sessions that ended long enough ago, and index entries of sessions and runs whose keys have expired.
-- Mirrors `statusOf` and `endsAtMs` in src/core/session.ts.
-- Uses limits, clock, keys, sessions. Builds the keys of sessions, agents and runs by itself.
--
-- KEYS
--   sessions       zset: the partition's sessions by creation
--   ends           zset: the same by end
--   runs           zset: the partition's runs by start
--   finished       zset: those with a final status by their end
--   touched        zset: those still running by their last sign of life
-- ARGV
--   injected       text: ms since the epoch, or '' for the server's clock
--   ended_for      number: ms that must have passed since the end
--   run_retention  number: ms for which a finished run is kept
--   run_prefix     text: what stands before a run's id in its key
--   offset         number: how many of the oldest entries earlier calls have looked at and left
--   limit          number: how many entries to look at
--
-- Reply  {sessions removed, entries left, entries looked at}
local sessions = KEYS[1]
local ends = KEYS[2]
local runs = KEYS[3]
local finished = KEYS[4]
local touched = KEYS[5]
local injected = ARGV[1]
local ended_for = tonumber(ARGV[2])
local run_retention = tonumber(ARGV[3])
local run_prefix = ARGV[4]
local offset = tonumber(ARGV[5])
local limit = tonumber(ARGV[6])

local now = clock_of(injected)
local horizon = now - ended_for

-- Whether it has, and whose it is. Raises if the record is corrupt; the entry is left then, until the record's TTL
-- takes it.
local function has_ended(keys)
  local facts, counters = read_session(keys.session)
  local is_over = counters[CLOSED] ~= 0 or is_expired(facts, counters, session_clock(counters, now))
  return is_over and ends_at(facts, counters) <= horizon, facts[AGENT]
end

local function sweep_sessions()
  local ids = redis.call('ZRANGEBYSCORE', ends, '-inf', horizon, 'LIMIT', offset, limit)
  local removed, left = 0, 0
  for _, id in ipairs(ids) do
    local keys = session_keys(id)
    if redis.call('EXISTS', keys.session) == 0 then
      redis.call('ZREM', sessions, id)
      redis.call('ZREM', ends, id)
    else
      local readable, ended, agent = pcall(has_ended, keys)
      if readable and ended then
        redis.call('UNLINK', keys.session, keys.slots[1], keys.slots[2])
        redis.call('ZREM', agent_sessions_key(agent), id)
        redis.call('ZREM', sessions, id)
        redis.call('ZREM', ends, id)
        removed = removed + 1
      else
        left = left + 1
      end
    end
  end
  return removed, left, #ids
end

-- A run's key expires only if nobody purged it in time; its log and keys expire with it.
local function sweep_runs()
  local ids = redis.call('ZRANGEBYSCORE', runs, '-inf', now - run_retention, 'LIMIT', 0, limit)
  for _, id in ipairs(ids) do
    if redis.call('EXISTS', run_prefix .. id) == 0 then
      for _, index in ipairs({ runs, finished, touched }) do redis.call('ZREM', index, id) end
    end
  end
end

local removed, left, seen = sweep_sessions()
sweep_runs()
return { removed, left, seen }

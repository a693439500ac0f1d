-- Closes a session that is not closed yet. Mirrors `closed` in src/core/session.ts. Does not raise once it has written.
-- `operation` is remembered; '' if there is none.
local function close_session(keys, id, facts, counters, now, retention, operation)
  local clock = session_clock(counters, now)
  local generation, current, previous = operations_at(counters, clock)
  local agent_sessions = agent_sessions_key(facts[AGENT])
  redis.call('ZCARD', agent_sessions)
  redis.call('ZCARD', keys.ends)

  -- First, because it takes no memory: a full server refuses a script's first write only, and what stops an agent must
  -- work there too.
  redis.call('ZREM', agent_sessions, id)
  drop_stale(keys.slots, counters, generation, current)
  counters[CLOSED] = clock
  counters[SEQUENCE] = counters[SEQUENCE] + 1
  counters[CLOCK] = clock
  counters[GENERATION], counters[CURRENT], counters[PREVIOUS] = generation, current, previous
  if operation ~= '' then counters[CURRENT] = current + 1 end
  local packed = cmsgpack.pack(counters)
  redis.call('HSET', keys.session, 'm', packed)
  redis.call('PEXPIRE', keys.session, ends_at(facts, counters) - now + retention + SLACK_MS)
  if operation ~= '' then remember(keys.slots, operation, counters, now) end
  redis.call('ZADD', keys.ends, 'XX', ends_at(facts, counters), id)
  return packed
end

-- Charges sessions one after the other, each all or nothing. Mirrors `charge` in src/core/session.ts.
-- Uses limits, clock, sessions.
--
-- KEYS
--   ...charges   four each: session {f, m, l}; its slots 0 and 1 of remembered keys, or twice the key under which an
--                operation without a caller's key is remembered; identity record (unguarded: the session)
-- ARGV
--   injected     text: ms since the epoch, or '' for the server's clock
--   retention    number: ms for which an ended session still answers
--   lineage      16 bytes: the history of this server's data, '' if unknown
--   ...charges   three each: msgpack [agent, principals, [[tool, level]...], the sequence that was seen last]; operation
--                (36 bytes, see sessions.lua); the identity record's bytes. WHY NOT all in one: cmsgpack cannot read
--                msgpack's bytes
--
-- Reply  {now, answer...}, an answer being {code, then ANSWER_FIELDS, then the decision id of a replay, the index of the
--        call that decides, or the ms until a retry}; unless the caller may learn nothing: {code}, or {FAILED, message}
local injected = ARGV[1]
local retention = tonumber(ARGV[2])
local lineage = ARGV[3]

-- The codes of src/state/redis/charge-batcher.ts; a test holds them equal.
local FAILED, CHARGED, REPLAYED, NOTHING_TO_CHARGE, IDENTITY_CHANGED, KEY_REUSED, TOO_MANY_KEYS = 0, 1, 2, 3, 4, 5, 6
local SESSION_UNKNOWN, AGENT_MISMATCH, OWNER_MISMATCH, SESSION_CLOSED, SESSION_EXPIRED = 7, 8, 9, 10, 11
local BUDGET_EXHAUSTED, TOOL_NOT_GRANTED, SENSITIVITY_EXCEEDED, RATE_LIMITED, RATE_IMPOSSIBLE = 12, 13, 14, 15, 16
local ROLLED_BACK = 17

local now = clock_of(injected)

local function answer(code, facts, counters, detail)
  return {
    code, facts[TIME_LIMIT], facts[BUDGET], facts[RATE_LIMIT], facts[RATE_WINDOW],
    counters[CREATED], counters[CLOSED], counters[MADE], counters[WINDOW_START], counters[WINDOW_CALLS],
    counters[SEQUENCE], counters[CLOCK], counters[GENERATION], counters[CURRENT], counters[PREVIOUS], detail,
  }
end

local function contains(list, wanted)
  for place = 1, #list do
    if list[place] == wanted then return true end
  end
  return false
end

-- The place, from 0, of the first call whose tool is not granted.
local function first_not_granted(facts, calls)
  if facts[ALL_TOOLS] then return nil end
  local tools = facts[TOOLS]
  if #calls == 1 then return not contains(tools, calls[1][1]) and 0 or nil end
  local granted = {}
  for place = 1, #tools do granted[tools[place]] = true end
  for place = 1, #calls do
    if not granted[calls[place][1]] then return place - 1 end
  end
end

local function first_too_sensitive(facts, calls)
  local ceiling = facts[CEILING]
  for place = 1, #calls do
    if calls[place][2] > ceiling then return place - 1 end
  end
end

local function replay(facts, counters, remembered, operation)
  if #remembered ~= 40 then error('remembered operation: corrupt') end
  if not is_same_request(remembered, operation) then return { KEY_REUSED } end
  local made, window_calls, start, sequence = struct.unpack('>I4I4I4I4', remembered, 25)
  counters[MADE], counters[WINDOW_CALLS], counters[SEQUENCE] = made, window_calls, sequence
  counters[WINDOW_START] = counters[CREATED] + start
  return answer(REPLAYED, facts, counters, string.sub(remembered, 9, 24))
end

local function charge(session, slots, identity_key, asked, operation, identity)
  if identity_key ~= session and redis.call('GET', identity_key) ~= identity then return { IDENTITY_CHANGED } end
  local agent, principals, calls, seen = unpack(cmsgpack.unpack(asked), 1, 4)

  local facts, counters, _, taken_over = read_session(session)
  if not facts then return { SESSION_UNKNOWN } end
  if counters[SEQUENCE] < seen then return { ROLLED_BACK } end
  local clock = session_clock(counters, now)
  if is_forgotten(facts, counters, retention, clock) then return { SESSION_UNKNOWN } end

  if agent ~= facts[AGENT] then return { AGENT_MISMATCH } end
  if facts[OWNER] ~= '' and not contains(principals, facts[OWNER]) then return { OWNER_MISMATCH } end
  if counters[CLOSED] ~= 0 then return answer(SESSION_CLOSED, facts, counters) end
  if is_expired(facts, counters, clock) then return answer(SESSION_EXPIRED, facts, counters) end

  local is_own = slots[1] == slots[2]
  local generation, current, previous = operations_at(counters, clock)
  local remembered
  if is_own then remembered = redis.call('GET', slots[1])
  else remembered = find_remembered(slots, operation, generation, current, previous) end
  if remembered then return replay(facts, counters, remembered, operation) end

  local count = #calls
  if count == 0 then return answer(NOTHING_TO_CHARGE, facts, counters) end
  if count > facts[BUDGET] - counters[MADE] then return answer(BUDGET_EXHAUSTED, facts, counters) end
  local place = first_not_granted(facts, calls)
  if place then return answer(TOOL_NOT_GRANTED, facts, counters, place) end
  place = first_too_sensitive(facts, calls)
  if place then return answer(SENSITIVITY_EXCEEDED, facts, counters, place) end

  local limit, window_start, window_calls = facts[RATE_LIMIT], counters[WINDOW_START], 0
  if limit > 0 then
    window_calls = counters[WINDOW_CALLS]
    if clock - window_start >= facts[RATE_WINDOW] then window_start, window_calls = clock, 0 end
    if count > limit then return answer(RATE_IMPOSSIBLE, facts, counters) end
    if window_calls + count > limit then
      return answer(RATE_LIMITED, facts, counters, window_start + facts[RATE_WINDOW] - clock)
    end
    window_calls = window_calls + count
  end
  if not is_own and current + previous >= OPERATIONS_MAX then return { TOO_MANY_KEYS } end

  -- Decided. INVARIANT: nothing below raises, for what is written stays. The counters come first: a key that were
  -- remembered without its charge would be allowed for nothing.
  take_over(session, taken_over, lineage, counters)
  if not is_own then drop_stale(slots, counters, generation, current) end
  counters[MADE] = counters[MADE] + count
  counters[WINDOW_START], counters[WINDOW_CALLS] = window_start, window_calls
  counters[SEQUENCE] = counters[SEQUENCE] + 1
  counters[CLOCK] = clock
  if not is_own then
    counters[GENERATION], counters[CURRENT], counters[PREVIOUS] = generation, current + 1, previous
  end
  redis.call('HSET', session, 'm', cmsgpack.pack(counters))
  if is_own then redis.call('SET', slots[1], effect_of(operation, counters), 'PX', OWN_MS)
  else remember(slots, operation, counters, now) end
  return answer(CHARGED, facts, counters)
end

-- One corrupt record must not fail the others. Redis 7 raises errors of commands as tables, 6.2 as text.
local function failed(problem)
  return { FAILED, type(problem) == 'table' and problem.err or tostring(problem) }
end

local reply = { now }
for index = 1, #KEYS / 4 do
  local key, argument = 4 * index - 3, 3 * index + 1
  local slots = { KEYS[key + 1], KEYS[key + 2] }
  local ok, result =
    pcall(charge, KEYS[key], slots, KEYS[key + 3], ARGV[argument], ARGV[argument + 1], ARGV[argument + 2])
  reply[index + 1] = ok and result or failed(result)
end
return reply

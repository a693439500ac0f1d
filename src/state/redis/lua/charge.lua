-- Charges sessions one after the other, each all or nothing. Mirrors `charge` in src/core/session/charge.ts.
-- Uses limits, clock, reads, operations, sessions, decisions.
--
-- KEYS
--   ...charges   two each: session {f, m, l}; identity record (unguarded: the session). What is remembered of operations
--                and a decision's record lie near the session (see decisions.lua). In a cluster one more at the end: a key
--                that never is, for the sake of those
-- ARGV
--   injected     text: ms since the epoch, or '' for the server's clock
--   retention    number: ms for which an ended session still answers
--   lineage      16 bytes: the history of this server's data, '' if unknown
--   kept         number: ms for which a decision's record is kept
--   listed_max   number: records of one session, without its denials
--   run_kept     number: ms for which a finished run is kept
--   others_max   number: sessionless denials of one partition
--   charges      one behind the other, each four lengths (4, 1, 4 and 4 bytes) and what they are of: msgpack [agent,
--                principals, [[tool, level]...], the sequence that was seen last]; operation (see sessions.lua; without its
--                name where the caller gave no key); the identity record's bytes; the decision to record (see
--                decisions.lua), '' for none. WHY NOT all in one msgpack: cmsgpack cannot read its bytes
--
-- Reply  {now, answer...}: one answer for each charge, in one of the forms charge.session, charge.concealed, charge.bare and
--        charge.failed
local injected = ARGV[1]
local retention = tonumber(ARGV[2])
local lineage = ARGV[3]
local kept = tonumber(ARGV[4])
local listed_max = tonumber(ARGV[5])
local run_kept = tonumber(ARGV[6])
local others_max = tonumber(ARGV[7])
local charges = ARGV[8]

local now = clock_of(injected)

local function answer(code, facts, counters, first_decision, call_index, retry_after, record)
  return reply.session {
    code = code,
    time_limit = facts[TIME_LIMIT], call_budget = facts[BUDGET],
    rate_limit = facts[RATE_LIMIT], rate_window = facts[RATE_WINDOW],
    created_at = counters[CREATED], closed_at = counters[CLOSED], calls_made = counters[MADE],
    window_start = counters[WINDOW_START], window_calls = counters[WINDOW_CALLS],
    sequence = counters[SEQUENCE], clock = counters[CLOCK],
    generation = counters[GENERATION], current = counters[CURRENT], previous = counters[PREVIOUS],
    first_decision = first_decision or false, call_index = call_index or false,
    retry_after = retry_after or false, record = record,
  }
end

-- A denial, recorded if that is wanted: with its session, or without one among those of the partition.
local function denied(code, decision, facts, counters, clock, call_index, retry_after)
  local record
  if decision then
    local reason = code + CODE_TO_REASON
    if facts then
      local plan = plan_denial(decision, decision.session, reason, now, kept)
      local detail = retry_after or (call_index and call_index + 1 or 0)
      record = keep_denial(plan, reason, numbers_at(facts, counters, clock), detail, now, kept, run_kept)
    else
      record = decision.id
      if redis.call('HEXISTS', decision.bucket, record) == 0 then
        local plan = plan_listed(plan_decision(decision, DENY), decision.buckets .. ':sessionless', others_max)
        keep_decision(plan, reason, no_numbers, 0, now, kept, run_kept)
        keep_listed(plan, kept + SLACK_MS, true)
      end
    end
  end
  if is_concealed(code) then return reply.concealed { code = code, record = record } end
  return answer(code, facts, counters, nil, call_index, retry_after, record)
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

local function replay(facts, counters, remembered, operation, decision)
  if #remembered ~= 40 then error('remembered operation: corrupt') end
  if not is_same_request(remembered, operation) then return reply.bare { code = KEY_REUSED } end
  if decision then count_repeat(decision, string.sub(remembered, 9, 24), now) end
  local made, window_calls, start, sequence = struct.unpack('>I4I4I4I4', remembered, 25)
  counters[MADE], counters[WINDOW_CALLS], counters[SEQUENCE] = made, window_calls, sequence
  counters[WINDOW_START] = counters[CREATED] + start
  return answer(REPLAYED, facts, counters, string.sub(remembered, 9, 24))
end

-- Spelt as src/state/redis/keys.ts does.
local function slots_of(session)
  return { session .. ':ops:0', session .. ':ops:1' }
end

-- Where an operation is remembered that has no key of its caller's.
local function own_key(session, operation)
  return session .. ':own:' .. string.sub(operation, 9, 24)
end

local function charge(session, identity_key, asked, operation, identity, entry)
  if identity_key ~= session and read_bytes(identity_key) ~= identity then return reply.bare { code = IDENTITY_CHANGED } end
  local agent, principals, calls, seen = unpack(cmsgpack.unpack(asked), 1, 4)
  local decision = entry ~= '' and decision_of(entry, session)
  if decision then decision.session = session end

  local facts, counters, _, taken_over = read_session(session)
  if not facts then return denied(SESSION_UNKNOWN, decision) end
  if counters[SEQUENCE] < seen then return reply.bare { code = ROLLED_BACK } end
  local clock = session_clock(counters, now)
  if is_forgotten(facts, counters, retention, clock) then return denied(SESSION_UNKNOWN, decision) end
  local function deny(code, call_index, retry_after)
    return denied(code, decision, facts, counters, clock, call_index, retry_after)
  end

  if agent ~= facts[AGENT] then return deny(AGENT_MISMATCH) end
  if facts[OWNER] ~= '' and not contains(principals, facts[OWNER]) then return deny(OWNER_MISMATCH) end
  if counters[CLOSED] ~= 0 then return deny(SESSION_CLOSED) end
  if is_expired(facts, counters, clock) then return deny(SESSION_EXPIRED) end

  local is_own = #operation == 24
  local own, slots = is_own and own_key(session, operation), not is_own and slots_of(session)
  local generation, current, previous = operations_at(clock, counters[GENERATION], counters[CURRENT], counters[PREVIOUS])
  local remembered
  if is_own then remembered = redis.call('GET', own)
  else remembered = find_remembered(slots, string.sub(operation, 25), generation, current, previous) end
  if remembered then return replay(facts, counters, remembered, operation, decision) end

  local count = #calls
  if count == 0 then return answer(NOTHING_TO_CHARGE, facts, counters) end
  if count > facts[BUDGET] - counters[MADE] then return deny(BUDGET_EXHAUSTED) end
  local place = first_not_granted(facts, calls)
  if place then return deny(TOOL_NOT_GRANTED, place) end
  place = first_too_sensitive(facts, calls)
  if place then return deny(SENSITIVITY_EXCEEDED, place) end

  local limit, window_start, window_calls = facts[RATE_LIMIT], counters[WINDOW_START], 0
  if limit > 0 then
    window_calls = counters[WINDOW_CALLS]
    if clock - window_start >= facts[RATE_WINDOW] then window_start, window_calls = clock, 0 end
    if count > limit then return deny(RATE_IMPOSSIBLE) end
    if window_calls + count > limit then
      return deny(RATE_LIMITED, nil, window_start + facts[RATE_WINDOW] - clock)
    end
    window_calls = window_calls + count
  end
  if not is_own and current + previous >= OPERATIONS_MAX then return reply.bare { code = TOO_MANY_KEYS } end
  local plan = decision and plan_listed(plan_decision(decision, ALLOW), session .. ':decisions', listed_max)
  local made_before, window_before = counters[MADE], limit > 0 and window_calls - count or 0

  -- Decided. INVARIANT: nothing below raises, for what is written stays. The counters come first: a key that were
  -- remembered without its charge would be allowed for nothing.
  take_over(session, taken_over, lineage, counters)
  if not is_own then drop_stale(slots, counters[GENERATION], generation, current) end
  counters[MADE] = counters[MADE] + count
  counters[WINDOW_START], counters[WINDOW_CALLS] = window_start, window_calls
  counters[SEQUENCE] = counters[SEQUENCE] + 1
  counters[CLOCK] = clock
  if not is_own then
    counters[GENERATION], counters[CURRENT], counters[PREVIOUS] = generation, current + 1, previous
  end
  redis.call('HSET', session, 'm', cmsgpack.pack(counters))
  if is_own then redis.call('SET', own, effect_of(operation, counters), 'PX', OWN_MS)
  else remember(slots, operation, counters, now) end
  if plan then
    local numbers = numbers_of(facts, counters, made_before, window_before, window_calls)
    keep_decision(plan, ALLOWED, numbers, 0, now, kept, run_kept)
    keep_listed(plan, facts[TIME_LIMIT] + kept + SLACK_MS)
  end
  return answer(CHARGED, facts, counters)
end

-- One corrupt record must not fail the others. Redis 7 raises errors of commands as tables, 6.2 as text.
local function failed(problem)
  return reply.failed { code = FAILED, message = type(problem) == 'table' and problem.err or tostring(problem) }
end

local at = 1

-- The next so many bytes of the charges.
local function taken(length)
  at = at + length
  return string.sub(charges, at - length, at - 1)
end

local answers = { now }
for index = 1, math.floor(#KEYS / 2) do
  local key, asked, known, guard, entry = 2 * index
  asked, known, guard, entry, at = struct.unpack('>I4BI4I4', charges, at)
  local ok, result = pcall(
    charge, KEYS[key - 1], KEYS[key], taken(asked), taken(known), taken(guard), taken(entry)
  )
  answers[index + 1] = ok and result or failed(result)
end
return answers

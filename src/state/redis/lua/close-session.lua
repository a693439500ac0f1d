-- Closes a session once. Mirrors `closed` in src/core/session/session.ts.
-- Uses limits, clock, operations, sessions, decisions.
--
-- KEYS
--   session    hash {f, m, l}, {void} for a tombstone; c: the operation that closed it, if it had no key
--   slot_0     hash: the session's remembered keys of even generations
--   slot_1     hash: those of odd ones
--   ends       zset: the partition's sessions by end
--   absent     a key that never is, for the sake of those of the record; the session again without a record
-- ARGV
--   injected   text: ms since the epoch, or '' for the server's clock
--   retention  number: ms for which an ended session still answers
--   id         text
--   operation  36 bytes, see sessions.lua; '' without a key
--   name       12 bytes: names this very request, so that its repeat is known; '' with a key
--   manner     text: '' or 'deactivate': an absent session gets a tombstone, an expired one stays as it is
--   lineage    16 bytes: the history of this server's data, '' if unknown
--   decision   the decision to record (see decisions.lua), '' for none
--   kept       number: ms for which its record is kept
--   listed_max  number: records of one session, without its denials
--
-- Reply  kind ('closed' or 'replayed', then now, facts, counters; 'unknown', 'expired', 'already_closed' or 'key_reused')
local session = KEYS[1]
local slot_0 = KEYS[2]
local slot_1 = KEYS[3]
local ends = KEYS[4]
local absent = KEYS[5]
local injected = ARGV[1]
local retention = tonumber(ARGV[2])
local id = ARGV[3]
local operation = ARGV[4]
local name = ARGV[5]
local manner = ARGV[6]
local lineage = ARGV[7]
local decision = ARGV[8]
local kept = tonumber(ARGV[9])
local listed_max = tonumber(ARGV[10])

local now = clock_of(injected)
local slots = { slot_0, slot_1 }
local deactivating = manner == 'deactivate'
local facts, counters, packed_facts, taken_over = read_session(session)
if not facts then
  if deactivating and redis.call('EXISTS', session) == 0 then make_tombstone(session) end
  return reply { kind = 'unknown' }
end
local clock = session_clock(counters, now)
if not deactivating and is_forgotten(facts, counters, retention, clock) then return reply { kind = 'unknown' } end

local generation, current, previous = operations_at(clock, counters[GENERATION], counters[CURRENT], counters[PREVIOUS])
if operation ~= '' then
  local remembered = find_remembered(slots, string.sub(operation, 25), generation, current, previous)
  if remembered then
    if not is_same_request(remembered, operation) then return reply { kind = 'key_reused' } end
    return reply { kind = 'replayed', now = now, facts = packed_facts, counters = cmsgpack.pack(counters) }
  end
end
if counters[CLOSED] ~= 0 then
  local is_repeat = name ~= '' and redis.call('HGET', session, 'c') == name
  if not is_repeat then return reply { kind = 'already_closed' } end
  return reply { kind = 'closed', now = now, facts = packed_facts, counters = cmsgpack.pack(counters) }
end
if deactivating and is_expired(facts, counters, clock) then return reply { kind = 'expired' } end
-- Only its type matters here: a wrong one must be seen before the first write.
redis.call('ZCARD', ends)
local plan = decision ~= ''
  and plan_listed(plan_decision(decision_of(decision, session), ALLOW), session .. ':decisions', listed_max)

counters[CLOSED] = clock
-- First, because it takes no memory: a full server refuses a script's first write only, and what stops an agent must
-- work there too.
redis.call('PEXPIRE', session, ends_at(facts, counters) - now + retention + SLACK_MS)
take_over(session, taken_over, lineage, counters)
drop_stale(slots, counters[GENERATION], generation, current)
counters[SEQUENCE] = counters[SEQUENCE] + 1
counters[CLOCK] = clock
counters[GENERATION], counters[CURRENT], counters[PREVIOUS] = generation, current, previous
if operation ~= '' then counters[CURRENT] = current + 1 end
local packed = cmsgpack.pack(counters)
redis.call('HSET', session, 'm', packed)
if name ~= '' then redis.call('HSET', session, 'c', name) end
if operation ~= '' then remember(slots, operation, counters, now) end
redis.call('ZADD', ends, 'XX', ends_at(facts, counters), id)
if plan then
  keep_decision(plan, ALLOWED, numbers_at(facts, counters, clock), 0, now, kept)
  -- Nothing comes behind it, but it may come long behind the end of the time limit.
  keep_listed(plan, kept + SLACK_MS, true)
end
return reply { kind = 'closed', now = now, facts = packed_facts, counters = packed }

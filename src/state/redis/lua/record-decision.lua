-- Records a decision that no other script records, or counts it with an equal denial of its session. Mirrors
-- `recordDecision` in src/state/embedded/decisions.ts.
-- Uses limits, clock, operations, sessions, decisions.
--
-- KEYS
--   list       list: decisions of the partition that belong to no session; the others are near it (see decisions.lua)
--   session    hash {f, m}; the list again without one
--   absent     a key that never is, for the sake of those that the script spells itself
-- ARGV
--   injected   text: ms since the epoch, or '' for the server's clock
--   retention  number: ms for which an ended session still answers
--   kept       number: ms for which the record is kept
--   run_kept   number: ms for which a finished run is kept
--   max        number: records in the list
--   reason     number: the contract's
--   effect     number: the contract's
--   detail     number: see src/state/codec/decision-record.ts
--   entry      the decision (see decisions.lua)
--
-- Reply  now, record: its id
local list = KEYS[1]
local session = KEYS[2]
local absent = KEYS[3]
local injected = ARGV[1]
local retention = tonumber(ARGV[2])
local kept = tonumber(ARGV[3])
local run_kept = tonumber(ARGV[4])
local max = tonumber(ARGV[5])
local reason = tonumber(ARGV[6])
local effect = tonumber(ARGV[7])
local detail = tonumber(ARGV[8])
local entry = ARGV[9]

local now = clock_of(injected)
local decision = decision_of(entry, list)
if redis.call('HEXISTS', decision.bucket, decision.id) == 1 then return reply { now = now, record = decision.id } end

-- A record that cannot be read is none here: its denials are recorded all the same.
local is_read, facts, counters = try_read_session(session)
if session == list or not is_read then facts = nil end
local clock = facts and session_clock(counters, now)
if facts and is_forgotten(facts, counters, retention, clock) then facts = nil end
local numbers = facts and numbers_at(facts, counters, clock) or no_numbers
if facts and effect == DENY then
  local plan = plan_denial(decision, session, reason, now, kept)
  return reply { now = now, record = keep_denial(plan, reason, numbers, detail, now, kept, run_kept) }
end
local plan = plan_listed(plan_decision(decision, effect), list, max)
-- First, because it takes no memory: a full server refuses a script's first write only, and what has happened already must
-- be recorded there, too.
if effect == ALLOW then redis.call('PEXPIRE', list, kept + SLACK_MS) end
keep_decision(plan, reason, numbers, detail, now, kept, run_kept)
keep_listed(plan, kept + SLACK_MS, true)
return reply { now = now, record = decision.id }

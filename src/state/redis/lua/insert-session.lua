-- Opens a session whose slot lease is reserved, unless it has been opened or has a tombstone meanwhile. Mirrors `openingCounters`
-- in src/core/session/session.ts.
-- Uses limits, clock, operations, sessions, decisions.
--
-- KEYS
--   session     hash {f, m}
--   sessions    zset: the partition's sessions by creation
--   ends        zset: the same by end
--   absent      a key that never is, for the sake of those of the record; the session again without a record
-- ARGV
--   injected    text: ms since the epoch, or '' for the server's clock
--   retention   number: ms for which an ended session still answers
--   id          text
--   facts       msgpack
--   time_limit  number: ms
--   decision    the decision to record (see decisions.lua), '' for none
--   kept        number: ms for which its record is kept
--
-- Reply  kind ('opened', then created_at; 'present' or 'tombstone')
local session = KEYS[1]
local sessions = KEYS[2]
local ends = KEYS[3]
local absent = KEYS[4]
local injected = ARGV[1]
local retention = tonumber(ARGV[2])
local id = ARGV[3]
local facts = ARGV[4]
local time_limit = tonumber(ARGV[5])
local decision = ARGV[6]
local kept = tonumber(ARGV[7])

local now = clock_of(injected)
if redis.call('HEXISTS', session, 'void') == 1 then return reply { kind = 'tombstone' } end
if redis.call('EXISTS', session) == 1 then return reply { kind = 'present' } end
-- Only their types matter here: a wrong one must be seen before the first write.
redis.call('ZCARD', sessions)
redis.call('ZCARD', ends)
local plan = decision ~= ''
  and plan_listed(plan_decision(decision_of(decision, session), ALLOW), session .. ':decisions', math.huge)
local unpacked = cmsgpack.unpack(facts)

local counters = { now, 0, 0, now, 0, 1, now, math.floor(now / GENERATION_MS), 0, 0 }
redis.call('HSET', session, 'f', facts, 'm', cmsgpack.pack(counters))
redis.call('PEXPIRE', session, time_limit + retention + SLACK_MS)
redis.call('ZADD', sessions, now, id)
redis.call('ZADD', ends, now + time_limit, id)
-- An index outlives its longest-lived member.
for _, index in ipairs({ sessions, ends }) do
  redis.call('PEXPIRE', index, TIME_LIMIT_MS_MAX + retention + 2 * SLACK_MS)
end
if plan then
  keep_decision(plan, ALLOWED, numbers_of(unpacked, counters, 0, 0, 0), 0, now, kept)
  keep_listed(plan, time_limit + kept + SLACK_MS)
end
return reply { kind = 'opened', created_at = now }

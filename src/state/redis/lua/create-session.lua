-- Opens a session unless its agent is deactivated or has too many live ones. Mirrors `openingCounters` in
-- src/core/session.ts.
-- Uses limits, clock, sessions.
--
-- KEYS
--   deactivated     text: since when the agent may open no sessions
--   agent_sessions  zset: the agent's live sessions by the time they expire
--   operation       string: fingerprint (8 bytes), session id; the session's key again without an operation
--   session         hash {f, m}
--   sessions        zset: the partition's sessions by creation
--   ends            zset: the same by end
-- ARGV
--   injected        text: ms since the epoch, or '' for the server's clock
--   retention       number: ms for which an ended session still answers
--   id              text
--   facts           msgpack
--   time_limit      number: ms
--   max_live        number
--   fingerprint     8 bytes, '' without an operation
--
-- Reply  {'created', now}, {'replayed', session id}, {'key_reused'}, {'agent_deactivated'} or {'too_many_sessions'}
local deactivated = KEYS[1]
local agent_sessions = KEYS[2]
local operation = KEYS[3]
local session = KEYS[4]
local sessions = KEYS[5]
local ends = KEYS[6]
local injected = ARGV[1]
local retention = tonumber(ARGV[2])
local id = ARGV[3]
local facts = ARGV[4]
local time_limit = tonumber(ARGV[5])
local max_live = tonumber(ARGV[6])
local fingerprint = ARGV[7]

local now = clock_of(injected)
local expires = now + time_limit

local remembered = fingerprint ~= '' and redis.call('GET', operation)
if remembered then
  if string.sub(remembered, 1, 8) ~= fingerprint then return { 'key_reused' } end
  return { 'replayed', string.sub(remembered, 9) }
end
if redis.call('EXISTS', deactivated) == 1 then return { 'agent_deactivated' } end
-- A session at its very limit still lives.
if redis.call('ZCOUNT', agent_sessions, now, '+inf') >= max_live then return { 'too_many_sessions' } end
if redis.call('EXISTS', session) == 1 then error('session id: taken') end
-- Only their types matter here: a wrong one must be seen before the first write.
redis.call('ZCARD', sessions)
redis.call('ZCARD', ends)

local counters = { now, 0, 0, now, 0, 1, now, math.floor(now / GENERATION_MS), 0, 0 }
redis.call('HSET', session, 'f', facts, 'm', cmsgpack.pack(counters))
redis.call('PEXPIRE', session, time_limit + retention + SLACK_MS)
-- What has expired stays listed for a while: it lives again if the clock is set back.
redis.call('ZREMRANGEBYSCORE', agent_sessions, '-inf', string.format('%.0f', now - SLACK_MS))
redis.call('ZADD', agent_sessions, expires, id)
redis.call('PEXPIRE', agent_sessions, TIME_LIMIT_MS_MAX + SLACK_MS)
redis.call('ZADD', sessions, now, id)
redis.call('ZADD', ends, expires, id)
-- An index outlives its longest-lived member.
for _, index in ipairs({ sessions, ends }) do
  redis.call('PEXPIRE', index, TIME_LIMIT_MS_MAX + retention + 2 * SLACK_MS)
end
if fingerprint ~= '' then redis.call('SET', operation, fingerprint .. id, 'PX', 2 * GENERATION_MS) end
return { 'created', now }

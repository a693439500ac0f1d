-- Reserves a slot lease among an agent's live sessions for a session that is about to be opened.
-- Uses limits, clock.
--
-- KEYS
--   deactivated     text: since when the agent may open no sessions
--   agent_sessions  zset: the agent's live and reserved sessions by the time they expire
--   reserved        zset: those of them that may not have been opened yet, by the time of their reservation
--   operation       string: fingerprint (8 bytes), session id; the list's key again without an operation
-- ARGV
--   injected        text: ms since the epoch, or '' for the server's clock
--   id              text
--   time_limit      number: ms
--   max_live        number
--   fingerprint     8 bytes, '' without an operation
--   spent           text: an id whose tombstone the caller has found, so that its key is free again; '' if none
--
-- Reply  kind ('reserved' or 'opened', then session: its id; 'full', then holders: the ids that hold the leases, except those
--        just reserved; 'key_reused' or 'agent_deactivated')
local deactivated = KEYS[1]
local agent_sessions = KEYS[2]
local reserved = KEYS[3]
local operation = KEYS[4]
local injected = ARGV[1]
local id = ARGV[2]
local time_limit = tonumber(ARGV[3])
local max_live = tonumber(ARGV[4])
local fingerprint = ARGV[5]
local spent = ARGV[6]

local now = clock_of(injected)
local remembered = fingerprint ~= '' and redis.call('GET', operation)
if remembered and string.sub(remembered, 9) ~= spent then
  if string.sub(remembered, 1, 8) ~= fingerprint then return reply { kind = 'key_reused' } end
  local held = string.sub(remembered, 9)
  -- A repeat of the key takes over what another request may have left half done.
  return reply { kind = redis.call('ZSCORE', reserved, held) and 'reserved' or 'opened', session = held }
end
if redis.call('ZSCORE', reserved, id) then return reply { kind = 'reserved', session = id } end
if redis.call('EXISTS', deactivated) == 1 then return reply { kind = 'agent_deactivated' } end
-- A session at its very limit still lives.
if redis.call('ZCOUNT', agent_sessions, now, '+inf') >= max_live then
  local holders = {}
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', agent_sessions, now, '+inf')) do
    local since = redis.call('ZSCORE', reserved, member)
    if not since or now - tonumber(since) >= RESERVATION_MS then holders[#holders + 1] = member end
  end
  return reply { kind = 'full', holders = holders }
end

-- What has expired stays listed for a while: it lives again if the clock is set back.
redis.call('ZREMRANGEBYSCORE', agent_sessions, '-inf', string.format('%.0f', now - SLACK_MS))
redis.call('ZREMRANGEBYSCORE', reserved, '-inf', string.format('%.0f', now - TIME_LIMIT_MS_MAX - SLACK_MS))
redis.call('ZADD', agent_sessions, now + time_limit, id)
redis.call('ZADD', reserved, now, id)
for _, list in ipairs({ agent_sessions, reserved }) do redis.call('PEXPIRE', list, TIME_LIMIT_MS_MAX + SLACK_MS) end
if fingerprint ~= '' then redis.call('SET', operation, fingerprint .. id, 'PX', 2 * GENERATION_MS) end
return reply { kind = 'reserved', session = id }

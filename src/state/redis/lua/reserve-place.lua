-- Reserves a place among an agent's live sessions for one that is about to be opened.
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
--   void            text: an id that the caller has found to be void, so that its key is free again; '' if none
--
-- Reply  {'reserved', id to open}, {'opened', session id}, {'key_reused'}, {'agent_deactivated'} or
--        {'full', the ids that hold the places, but for those just reserved...}
local deactivated = KEYS[1]
local agent_sessions = KEYS[2]
local reserved = KEYS[3]
local operation = KEYS[4]
local injected = ARGV[1]
local id = ARGV[2]
local time_limit = tonumber(ARGV[3])
local max_live = tonumber(ARGV[4])
local fingerprint = ARGV[5]
local void = ARGV[6]

local now = clock_of(injected)
local remembered = fingerprint ~= '' and redis.call('GET', operation)
if remembered and string.sub(remembered, 9) ~= void then
  if string.sub(remembered, 1, 8) ~= fingerprint then return { 'key_reused' } end
  local held = string.sub(remembered, 9)
  -- Whoever repeats the key takes over what another may have left half done.
  return { redis.call('ZSCORE', reserved, held) and 'reserved' or 'opened', held }
end
if redis.call('ZSCORE', reserved, id) then return { 'reserved', id } end
if redis.call('EXISTS', deactivated) == 1 then return { 'agent_deactivated' } end
-- A session at its very limit still lives.
if redis.call('ZCOUNT', agent_sessions, now, '+inf') >= max_live then
  local reply = { 'full' }
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', agent_sessions, now, '+inf')) do
    local since = redis.call('ZSCORE', reserved, member)
    if not since or now - tonumber(since) >= RESERVATION_MS then reply[#reply + 1] = member end
  end
  return reply
end

-- What has expired stays listed for a while: it lives again if the clock is set back.
redis.call('ZREMRANGEBYSCORE', agent_sessions, '-inf', string.format('%.0f', now - SLACK_MS))
redis.call('ZREMRANGEBYSCORE', reserved, '-inf', string.format('%.0f', now - TIME_LIMIT_MS_MAX - SLACK_MS))
redis.call('ZADD', agent_sessions, now + time_limit, id)
redis.call('ZADD', reserved, now, id)
for _, list in ipairs({ agent_sessions, reserved }) do redis.call('PEXPIRE', list, TIME_LIMIT_MS_MAX + SLACK_MS) end
if fingerprint ~= '' then redis.call('SET', operation, fingerprint .. id, 'PX', 2 * GENERATION_MS) end
return { 'reserved', id }

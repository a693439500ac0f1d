-- Reads session records as they stand at one moment.
-- Uses clock.
--
-- KEYS
--   ...sessions  hash {f, m}
-- ARGV
--   injected     text: ms since the epoch, or '' for the server's clock
--
-- Reply  now, sessions: {facts or nil, counters or nil} for each key
local injected = ARGV[1]

local sessions = {}
for index = 1, #KEYS do
  local stored = redis.call('HMGET', KEYS[index], 'f', 'm')
  sessions[index] = reply.session { facts = stored[1], counters = stored[2] }
end
return reply { now = clock_of(injected), sessions = sessions }

-- Reads runs as they stand at one moment.
-- Uses clock.
--
-- KEYS
--   ...runs   hash {v: revision, r: the run}
-- ARGV
--   injected  text: ms since the epoch, or '' for the server's clock
--
-- Reply  {now, revision or nil, run or nil, ...}
local injected = ARGV[1]

local reply = { clock_of(injected) }
for index = 1, #KEYS do
  local stored = redis.call('HMGET', KEYS[index], 'v', 'r')
  reply[2 * index], reply[2 * index + 1] = stored[1], stored[2]
end
return reply

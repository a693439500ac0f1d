-- Reads runs as they stand at one moment.
-- Uses clock.
--
-- KEYS
--   ...runs   hash {v: revision, r: the run}
-- ARGV
--   injected  text: ms since the epoch, or '' for the server's clock
--
-- Reply  now, runs: {revision or nil, run or nil} for each key
local injected = ARGV[1]

local runs = {}
for index = 1, #KEYS do
  local stored = redis.call('HMGET', KEYS[index], 'v', 'r')
  runs[index] = reply.run { revision = stored[1], run = stored[2] }
end
return reply { now = clock_of(injected), runs = runs }

-- Reads decision records of one partition as they stand at one moment.
-- Uses clock.
--
-- KEYS
--   ...buckets  hash: decisions of the time of the id
-- ARGV
--   injected    text: ms since the epoch, or '' for the server's clock
--   ...ids      16 bytes each
--
-- Reply  {now, record or nil...}
local injected = ARGV[1]

local reply = { clock_of(injected) }
for index = 1, #KEYS do reply[index + 1] = redis.call('HGET', KEYS[index], ARGV[index + 1]) end
return reply

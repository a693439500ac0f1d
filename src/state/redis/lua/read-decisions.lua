-- Reads decision records of one partition as they stand at one moment.
-- Uses clock.
--
-- KEYS
--   ...buckets  hash: decisions of the time of the id
-- ARGV
--   injected    text: ms since the epoch, or '' for the server's clock
--   ...ids      16 bytes each
--
-- Reply  now, records: {bytes or nil} for each id
local injected = ARGV[1]

local records = {}
for index = 1, #KEYS do records[index] = reply.record { bytes = redis.call('HGET', KEYS[index], ARGV[index + 1]) } end
return reply { now = clock_of(injected), records = records }

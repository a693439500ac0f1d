-- Says whether the store still holds what this process has written there, and writes it anew.
--
-- KEYS
--   marker  string: names the data; made once and kept as long as the data is
--   beat    string: how often this process has written here
-- ARGV
--   name         text: for data that has none yet
--   count        number: higher with each call of this process
--   lifetime_ms  number
--
-- Reply  name: of the data, before: the count that was here before or ''
local marker = KEYS[1]
local beat = KEYS[2]
local name = ARGV[1]
local count = ARGV[2]
local lifetime_ms = tonumber(ARGV[3])

local held = redis.call('GET', marker)
local before = redis.call('GET', beat)
redis.call('SET', beat, count, 'PX', lifetime_ms)
if not held then redis.call('SET', marker, name) end
return reply { name = held or name, before = before or '' }

-- Removes the salts and payloads of some records of a run's log. What stays is each record's leaf, byte by byte: the version
-- (1 byte, 2), 24 bytes of numbers, the length of the type (1 byte), the type and a hash (32 bytes).
--
-- KEYS
--   log    list: the run's audit records
-- ARGV
--   first  number: the first record's place in the log, from 1
--   last   number: the last one's; those that are not there are left out
--
-- Reply  how many records lost a payload
local log = KEYS[1]
local first = tonumber(ARGV[1])
local last = tonumber(ARGV[2])

local records = redis.call('LRANGE', log, first - 1, last - 1)
local purged = {}
for index, record in ipairs(records) do
  if #record < 58 or string.byte(record, 1) ~= 2 then error('run log: no record at ' .. string.format('%.0f', first - 1 + index)) end
  local leaf_bytes = 58 + string.byte(record, 26)
  if #record > leaf_bytes then purged[index] = string.sub(record, 1, leaf_bytes) end
end
local count = 0
for index, leaf in pairs(purged) do
  redis.call('LSET', log, first - 2 + index, leaf)
  count = count + 1
end
return count

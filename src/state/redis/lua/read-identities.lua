-- Reads identity records, with the time that is left to them.
-- Uses clock, reads.
--
-- KEYS
--   ...identities  string: the record, as other services read and write it
-- ARGV
--   injected       text: ms since the epoch, or '' for the server's clock
--
-- Reply  {now, bytes or nil, ms left or -1 without an end, ...}; -3 if the key holds something else than a string
local injected = ARGV[1]

local reply = { clock_of(injected) }
for index = 1, #KEYS do
  local stored = read_bytes(KEYS[index])
  reply[2 * index] = stored or false
  reply[2 * index + 1] = stored == nil and -3 or (stored and redis.call('PTTL', KEYS[index]) or -2)
end
return reply

-- Reads identity records, with the time that is left to them.
-- Uses clock, reads.
--
-- KEYS
--   ...identities  string: the record, as other services read and write it
-- ARGV
--   injected       text: ms since the epoch, or '' for the server's clock
--
-- Reply  now, identities: for each key {kind: 'found', bytes, left_ms: -1 without an end}, {'absent'} or, where the key holds
--        something else than a string, {'other_type'}
local injected = ARGV[1]

local identities = {}
for index = 1, #KEYS do
  local stored = read_bytes(KEYS[index])
  if stored then
    identities[index] = reply.identity { kind = 'found', bytes = stored, left_ms = redis.call('PTTL', KEYS[index]) }
  else
    identities[index] = reply.identity { kind = stored == nil and 'other_type' or 'absent' }
  end
end
return reply { now = clock_of(injected), identities = identities }

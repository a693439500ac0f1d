-- Writes an identity record if there is none; prolongs one that holds the same bytes, or bytes that say the same.
-- Uses clock, reads.
--
-- KEYS
--   identity  string: the record, as other services read and write it
-- ARGV
--   injected  text: ms since the epoch, or '' for the server's clock
--   ttl       number: ms
--   bytes     the record to write
--   same      other bytes that the caller has read and found to say the same, '' if none
--
-- Reply  kind ('bound', 'already_bound' or 'other'), expires_at or found: the bytes that are there, '' for a key of another type
local identity = KEYS[1]
local injected = ARGV[1]
local ttl = tonumber(ARGV[2])
local bytes = ARGV[3]
local same = ARGV[4]

local now = clock_of(injected)
local stored = read_bytes(identity)
if stored == nil then return reply { kind = 'other', found = '' } end
if not stored then
  redis.call('SET', identity, bytes, 'PX', ttl)
  return reply { kind = 'bound', expires_at = now + ttl }
end
if stored ~= bytes and (same == '' or stored ~= same) then return reply { kind = 'other', found = stored } end

-- Never shorter: a record that another service wrote without an end keeps none.
local left = redis.call('PTTL', identity)
if left >= 0 and left < ttl then redis.call('PEXPIRE', identity, ttl) end
return reply { kind = 'already_bound', expires_at = now + math.max(left, ttl) }

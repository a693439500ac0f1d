-- Reads a key that may hold another type. Only WRONGTYPE is an answer. The second call raises every other error of the server (a
-- moving slot, a forbidden command) in the server's own form.

-- The bytes under a key, false if there is no key, nil if the key holds another type.
local function read_bytes(key)
  local stored = redis.pcall('GET', key)
  if type(stored) ~= 'table' then return stored end
  if string.find(stored.err, 'WRONGTYPE', 1, true) then return nil end
  return redis.call('GET', key)
end

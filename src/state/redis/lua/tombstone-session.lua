-- Leaves a tombstone in the place of a session that has not been opened, so that it never will be. Leaves an open session as it
-- is.
-- Uses limits, operations, sessions.
--
-- KEYS
--   session  hash {f, m}, or {void} for a tombstone
-- ARGV
--   manner   text: 'make', or 'look' to leave everything as it is
--
-- Reply  1 if there is a tombstone now, else 0
local session = KEYS[1]
local manner = ARGV[1]

if redis.call('HEXISTS', session, 'void') == 1 then return 1 end
if manner == 'look' or redis.call('EXISTS', session) == 1 then return 0 end
make_tombstone(session)
return 1

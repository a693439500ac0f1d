-- Sees to it that a session that has not been opened never will be; leaves one that has as it is.
-- Uses limits, operations, sessions.
--
-- KEYS
--   session  hash {f, m}, or {void} where there will be no session
-- ARGV
--   manner   text: 'make', or 'look' to leave everything as it is
--
-- Reply  1 if it is void now, else 0
local session = KEYS[1]
local manner = ARGV[1]

if redis.call('HEXISTS', session, 'void') == 1 then return 1 end
if manner == 'look' or redis.call('EXISTS', session) == 1 then return 0 end
make_void(session)
return 1

-- Reads a run, and what is remembered of one of its operations, as they stand at one moment.
-- Uses clock.
--
-- KEYS
--   run         hash {v: revision, r: the run, e: lost changes that no commit has accounted for}
--   operations  hash: the run's remembered operations by name
--   noted       list: the decisions that are noted with the run
-- ARGV
--   injected    text: ms since the epoch, or '' for the server's clock
--   name        12 bytes: the operation's name, '' if none is asked for
--
-- Reply  {now, revision or nil, run or nil, fingerprint and answer or nil, decisions noted, lost changes or nil}
local run = KEYS[1]
local operations = KEYS[2]
local noted = KEYS[3]
local injected = ARGV[1]
local name = ARGV[2]

local stored = redis.call('HMGET', run, 'v', 'r', 'e')
local remembered = name ~= '' and stored[1] and redis.call('HGET', operations, name)
return { clock_of(injected), stored[1], stored[2], remembered, redis.call('LLEN', noted), stored[3] }

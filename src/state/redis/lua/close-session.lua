-- Closes a session once. Mirrors `closed` in src/core/session.ts.
-- Uses limits, clock, keys, sessions, closing. Finds the agent's list of live sessions by itself: one server only.
--
-- KEYS
--   session      hash {f, m}
-- ARGV
--   injected     text: ms since the epoch, or '' for the server's clock
--   retention    number: ms for which an ended session still answers
--   id           text
--   operation    36 bytes, see sessions.lua; '' without one
--
-- Reply  {'closed' or 'replayed', now, facts, counters}, {'unknown'}, {'already_closed'} or {'key_reused'}
local session = KEYS[1]
local injected = ARGV[1]
local retention = tonumber(ARGV[2])
local id = ARGV[3]
local operation = ARGV[4]

local now = clock_of(injected)
local keys = session_keys(id)
local facts, counters, packed_facts = read_session(session)
if not facts then return { 'unknown' } end
local clock = session_clock(counters, now)
if is_forgotten(facts, counters, retention, clock) then return { 'unknown' } end

if operation ~= '' then
  local remembered = find_remembered(keys.slots, operation, operations_at(counters, clock))
  if remembered then
    if not is_same_request(remembered, operation) then return { 'key_reused' } end
    return { 'replayed', now, packed_facts, cmsgpack.pack(counters) }
  end
end
if counters[CLOSED] ~= 0 then return { 'already_closed' } end
return { 'closed', now, packed_facts, close_session(keys, id, facts, counters, now, retention, operation) }

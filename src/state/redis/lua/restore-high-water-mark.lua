-- Brings a session back to what is known to have been acknowledged, should the store have lost some of it.
-- Uses limits, clock, operations, sessions.
--
-- A record names in `l` the history (lineage) of the server that wrote it last, and where it stood when that history
-- took it over. What is missing of an older history is what was acknowledged beyond that place: exact, however much has
-- been charged since.
--
-- KEYS
--   session       hash {f, m, l: lineage (16 bytes), sequence and calls made when it took over (4 bytes each)}
-- ARGV
--   lineage       16 bytes: of this server
--   known_in      16 bytes: the lineage in which the following was acknowledged
--   sequence      number
--   made          number
--   window_start  number: ms since the epoch
--   window_calls  number
--   closed        number: ms since the epoch, 0 if not closed
--
-- Reply  lost: how many changes were lost, counters: nil if none were
local session = KEYS[1]
local lineage = ARGV[1]
local known_in = ARGV[2]
local sequence = tonumber(ARGV[3])
local made = tonumber(ARGV[4])
local window_start = tonumber(ARGV[5])
local window_calls = tonumber(ARGV[6])
local closed = tonumber(ARGV[7])

local facts, counters, _, taken_over = read_session(session)
if not facts then return reply { lost = 0 } end
local base_sequence, base_made = base_of(taken_over, lineage, counters)
-- Within one history there is no such place: then the record stands as far back as it looks.
if known_in == lineage then base_sequence, base_made = counters[SEQUENCE], counters[MADE] end
local lost = sequence - base_sequence
if lost <= 0 then return reply { lost = 0 } end

local lost_calls = math.max(0, made - base_made)
counters[MADE] = math.min(facts[BUDGET], counters[MADE] + lost_calls)
counters[SEQUENCE] = counters[SEQUENCE] + lost
if facts[RATE_LIMIT] > 0 then
  if window_start > counters[WINDOW_START] then
    -- The window itself was lost; what has been charged since counts in it.
    counters[WINDOW_CALLS] = window_calls + math.max(0, counters[MADE] - lost_calls - base_made)
    counters[WINDOW_START] = window_start
  elseif window_start == counters[WINDOW_START] then
    counters[WINDOW_CALLS] = counters[WINDOW_CALLS] + lost_calls
  end
  counters[WINDOW_CALLS] = math.min(facts[RATE_LIMIT], counters[WINDOW_CALLS])
end
if closed > 0 and counters[CLOSED] == 0 then counters[CLOSED] = closed end
local packed = cmsgpack.pack(counters)
redis.call('HSET', session, 'm', packed, 'l', lineage .. struct.pack('>I4I4', sequence, math.max(made, base_made)))
return reply { lost = lost, counters = packed }

-- Session records and their remembered keys. Mirrors src/core/session/session.ts; positions are those of
-- src/state/codec/session-record.ts, so they are part of the stored format.
local AGENT, OWNER, TIME_LIMIT, BUDGET, RATE_LIMIT, RATE_WINDOW, CEILING, ALL_TOOLS, TOOLS = 2, 3, 4, 5, 6, 7, 8, 9, 10
local CREATED, CLOSED, MADE, WINDOW_START, WINDOW_CALLS = 1, 2, 3, 4, 5
local SEQUENCE, CLOCK, GENERATION, CURRENT, PREVIOUS = 6, 7, 8, 9, 10

-- Raises unless each of these places holds a whole number from 0 to 2^53 - 1: anything else cannot be compared, or differs.
local function expect_counts(list, first, last)
  for place = first, last do
    local value = list[place]
    if value < 0 or value > 9007199254740991 or value % 1 ~= 0 then error('session record: not a count') end
  end
end

local function are_facts(facts)
  return #facts == 13 and facts[1] == 1 and type(facts[AGENT]) == 'string' and type(facts[OWNER]) == 'string'
    and type(facts[ALL_TOOLS]) == 'boolean' and type(facts[TOOLS]) == 'table'
end

-- The record's facts and counters, the facts as stored, and what it says of its lineage (see restore-high-water-mark.lua); nothing
-- if there is no record. Raises if it is corrupt.
local function session_of(stored)
  if not stored[1] and not stored[2] then return nil end
  if not stored[1] or not stored[2] then error('session record: half of it is missing') end
  local facts, facts_rest = cmsgpack.unpack(stored[1])
  local counters, counters_rest = cmsgpack.unpack(stored[2])
  if facts_rest ~= nil or not are_facts(facts) then error('session facts: not format 1') end
  if counters_rest ~= nil or #counters ~= 10 then error('session counters: corrupt') end
  expect_counts(facts, TIME_LIMIT, CEILING)
  expect_counts(counters, CREATED, PREVIOUS)
  return facts, counters, stored[1], stored[3]
end

local function read_session(key)
  return session_of(redis.call('HMGET', key, 'f', 'm', 'l'))
end

-- Whether the record can be read, then the same. Only a record that is corrupt or of another type counts as unreadable; every
-- other error of the server is raised, by the second call in the server's own form.
local function try_read_session(key)
  local stored = redis.pcall('HMGET', key, 'f', 'm', 'l')
  if stored.err and string.find(stored.err, 'WRONGTYPE', 1, true) then return false end
  if stored.err then stored = redis.call('HMGET', key, 'f', 'm', 'l') end
  return pcall(session_of, stored)
end

-- Sequence and calls made when this lineage took the record over: what stands there, or with its first change, now.
local function base_of(taken_over, lineage, counters)
  if taken_over and #taken_over == 24 and string.sub(taken_over, 1, 16) == lineage then
    return struct.unpack('>I4I4', taken_over, 17)
  end
  return counters[SEQUENCE], counters[MADE]
end

-- Notes where this lineage takes the record over. To be called before each change, with the counters before it.
local function take_over(key, taken_over, lineage, counters)
  if lineage == '' or (taken_over and string.sub(taken_over, 1, 16) == lineage) then return end
  redis.call('HSET', key, 'l', lineage .. struct.pack('>I4I4', counters[SEQUENCE], counters[MADE]))
end

-- Marks that there will be no session of this id. The mark outlives every request that may still be opening it.
local function make_tombstone(key)
  -- First, because it takes no memory: a full server refuses a script's first write only.
  redis.call('UNLINK', key)
  redis.call('HSET', key, 'void', '')
  redis.call('PEXPIRE', key, 3 * GENERATION_MS)
end

local function session_clock(counters, now)
  local clock = counters[CLOCK]
  return now > clock and now or clock
end

local function is_expired(facts, counters, clock)
  return clock - counters[CREATED] > facts[TIME_LIMIT]
end

local function ends_at(facts, counters)
  local expires = counters[CREATED] + facts[TIME_LIMIT]
  if counters[CLOSED] == 0 then return expires end
  return math.min(counters[CLOSED], expires)
end

local function is_forgotten(facts, counters, retention, clock)
  return clock - ends_at(facts, counters) > retention
end

-- An operation as callers of a script give it: fingerprint (8 bytes), decision id (16), name (12).
local function is_same_request(remembered, operation)
  return string.sub(remembered, 1, 8) == string.sub(operation, 1, 8)
end

-- An operation with its effect, which the counters are, as src/state/codec/operation-record.ts says.
local function effect_of(operation, counters)
  local start = counters[WINDOW_START] - counters[CREATED]
  local effect = struct.pack('>I4I4I4I4', counters[MADE], counters[WINDOW_CALLS], start, counters[SEQUENCE])
  return string.sub(operation, 1, 24) .. effect
end

local function remember(slots, operation, counters, now)
  local generation, count = counters[GENERATION], counters[CURRENT]
  remember_in(slots, string.sub(operation, 25), effect_of(operation, counters), generation, count, now)
end

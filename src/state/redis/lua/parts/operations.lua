-- Remembered operations of a session or a run: they lie by name in two hashes, its slots, which take turns every generation.
-- Mirrors src/core/session/remembered-keys.ts.

-- The generation at a time, and how many live keys it and the one before it hold, of what is known of the last one.
local function operations_at(clock, last, current, previous)
  local generation = math.floor(clock / GENERATION_MS)
  local age = generation - last
  if age <= 0 then return last, current, previous end
  return generation, 0, age == 1 and current or 0
end

-- A slot that should hold keys and is gone would let them have their effect again: no answer then. Eviction can do that.
local function find_in(slot, name)
  local found = redis.call('HGET', slot, name)
  if not found and redis.call('EXISTS', slot) == 0 then error('remembered operations: lost') end
  return found
end

-- What is remembered under a name, else false. A generation lives in the slot of its parity. INVARIANT: a slot whose
-- count is 0 is never read, for it may still hold an older generation.
local function find_remembered(slots, name, generation, current, previous)
  local found = current > 0 and find_in(slots[generation % 2 + 1], name)
  if found or previous == 0 then return found end
  return find_in(slots[(generation + 1) % 2 + 1], name)
end

-- Drops what a slot holds of older generations. To be called whenever a record moves from its last one to `generation`.
local function drop_stale(slots, last, generation, current)
  if current == 0 then redis.call('UNLINK', slots[generation % 2 + 1]) end
  if generation - last > 1 then redis.call('UNLINK', slots[(generation + 1) % 2 + 1]) end
end

-- Remembers one more under a name, the `count`th of its generation.
local function remember_in(slots, name, value, generation, count, now)
  local slot = slots[generation % 2 + 1]
  redis.call('HSET', slot, name, value)
  -- The slot is read until the generation after this one has passed, which the server's clock may be far behind of.
  if count == 1 then redis.call('PEXPIRE', slot, (generation + 2) * GENERATION_MS - now + SLACK_MS) end
end

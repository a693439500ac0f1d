-- The maxima of src/core/limits.ts that scripts need; a test holds them equal.
local GENERATION_MS = 600000
local OPERATIONS_MAX = 100000
local TIME_LIMIT_MS_MAX = 86400000

-- How much longer than needed a key lives. A TTL only frees memory: what is decided is decided on the clock.
local SLACK_MS = 600000
-- A run may rest for as long as the configuration allows at most (30 days) before it counts as timed out.
local RUN_IDLE_MS_MAX = 2592000000
-- An operation without a caller's key is known again for as long as its own repeat can take.
local OWN_MS = 30000
-- A slot lease that was reserved this long ago, and not confirmed, is looked into by the next request that finds none free.
local RESERVATION_MS = 5000

-- The store's clock: what a test injected, else the server's own, in ms since the epoch.
local function clock_of(injected)
  if injected ~= '' then return tonumber(injected) end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

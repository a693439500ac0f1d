-- Keys of what a script finds by itself. The names are those of src/state/redis/keys.ts; a test holds them equal.
-- Only one server can be asked so: in a cluster a script may touch declared keys alone.
local function session_keys(id)
  local partition = 'tollgate:{' .. string.sub(id, -2) .. '}:session'
  local session = partition .. ':' .. id
  return { session = session, slots = { session .. ':ops:0', session .. ':ops:1' }, ends = partition .. 's:ends' }
end

local function agent_sessions_key(agent)
  local encoded = string.gsub(agent, '[%%{}]', { ['%'] = '%25', ['{'] = '%7B', ['}'] = '%7D' })
  return 'tollgate:{agent:' .. encoded .. '}:sessions'
end

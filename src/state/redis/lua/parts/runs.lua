-- How many operations a run remembers: three numbers in its field k, of the generation of the last one.

-- The last generation, and how many keys it and the one before it hold.
local function counts_of(packed)
  if not packed then return 0, 0, 0 end
  return struct.unpack('>I4I4I4', packed)
end

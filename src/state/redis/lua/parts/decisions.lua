-- Decision records. Mirrors src/state/codec/decision-record.ts and run-decision.ts, whose layouts are part of the stored
-- format, and the lists of src/state/embedded/decision-tables.ts.
--
-- INVARIANT: what is to be written is planned first, with a look at every key of it, and kept afterwards, where nothing can
-- fail any more. A script puts its own effect between the two.
local BUCKET_MS, SESSION_DENIALS_MAX, RUN_DENIALS_MAX = 600000, 64, 1000
local LIST_SLACK_SHARE, LIST_SLACK_MAX = 16, 1000
local ALLOW, DENY = 1, 2
local ALLOWED = 1
local HEAD_BYTES = 71
-- From the code of a denial in charge.lua to the number of its reason.
local CODE_TO_REASON = 17

-- Records lie by the time in their ids, so an id alone finds its record, and a bucket expires as a whole.
local function bucket_number(id)
  return string.format('%.0f', math.floor(struct.unpack('>I6', id) / BUCKET_MS))
end

local function bucket_of(decision, id)
  return decision.buckets .. ':' .. bucket_number(id)
end

-- A decision as callers of a script give it: id (16 bytes), operation (1), length of what was asked (2), length of a run's
-- id (1), the run's id, context. All its keys lie in the slot of `near`, a key that the script is handed, and are spelt as
-- src/state/redis/keys.ts does. WHY NOT handed, too: eight keys more cost the client more than the record itself.
local function decision_of(entry, near)
  if #entry < 21 then error('decision: corrupt') end
  local slot = string.sub(near, 1, 13)
  local asked, run_length = struct.unpack('>I2B', entry, 18)
  local decision = {
    id = string.sub(entry, 1, 16), rpc = string.sub(entry, 17, 17), asked = asked,
    context = string.sub(entry, 21 + run_length), buckets = slot .. ':decisions',
  }
  decision.bucket = bucket_of(decision, decision.id)
  if run_length > 0 then decision.run = slot .. ':run:' .. string.sub(entry, 21, 20 + run_length) end
  return decision
end

-- INVARIANT: no texts are compared for order: Lua does that by the server's locale.
local function is_older(one, other)
  local a, b, c = struct.unpack('>I6I6I4', one)
  local d, e, f = struct.unpack('>I6I6I4', other)
  if a ~= d then return a < d end
  if b ~= e then return b < e end
  return c < f
end

-- What is kept beside the record itself: the bucket's place among the buckets, and the note with the run.
local function plan_decision(decision, effect)
  local plan = { decision = decision, effect = effect, is_first = redis.call('HLEN', decision.bucket) == 0 }
  if plan.is_first then redis.call('ZCARD', decision.buckets) end
  if decision.run then
    local run = redis.call('HMGET', decision.run, 'v', 'd')
    plan.noted = decision.run .. ':decisions'
    redis.call('LLEN', plan.noted)
    plan.is_noted = run[1] and (effect ~= DENY or tonumber(run[2] or 0) < RUN_DENIALS_MAX)
  end
  return plan
end

-- A list is cut to its maximum only once it is so much longer: to cut it with every record costs more than the record.
local function list_slack(max)
  return math.min(math.max(math.floor(max / LIST_SLACK_SHARE), 1), LIST_SLACK_MAX)
end

-- What one more record pushes out of a list, by bucket. Of a list that has far too many, only some at one time.
local function plan_listed(plan, list, max)
  local length, slack = redis.call('LLEN', list), list_slack(max)
  plan.list, plan.is_list_new, plan.excess, plan.evicted = list, length == 0, 0, {}
  if length + 1 < max + slack then return plan end
  plan.excess = math.min(length + 1 - max, 2 * slack)
  for _, id in ipairs(redis.call('LRANGE', list, 0, plan.excess - 1)) do
    local bucket = bucket_of(plan.decision, id)
    local ids = plan.evicted[bucket]
    if ids then ids[#ids + 1] = id
    else
      redis.call('HEXISTS', bucket, id)
      plan.evicted[bucket] = { id }
    end
  end
  return plan
end

-- A record with another equal decision counted; as it is if that is counted already.
local function repeated(record, id, now)
  if #record <= HEAD_BYTES then error('decision record: corrupt') end
  if string.sub(record, 24, 39) == id then return record end
  local last, count = struct.unpack('>I8I4', record, 12)
  return string.sub(record, 1, 11) .. struct.pack('>I8I4', math.max(last, now), math.min(count + 1, 4294967295))
    .. id .. string.sub(record, 40)
end

-- A denial that is equal to one of its session is counted with it; of different ones the oldest makes room.
local function plan_denial(decision, session, reason, now, retention)
  local denials = session .. ':denials'
  local field = redis.sha1hex(string.char(reason) .. string.sub(decision.context, 1, decision.asked))
  local first = redis.call('HGET', denials, field)
  if first then
    local bucket = bucket_of(decision, first)
    local record = redis.call('HGET', bucket, first)
    if record and now - struct.unpack('>I8', record, 4) <= retention then
      return { id = first, bucket = bucket, record = record, repeated = repeated(record, decision.id, now) }
    end
  end
  local plan = plan_decision(decision, DENY)
  plan.denials, plan.field, plan.count = denials, field, redis.call('HLEN', denials)
  if first or plan.count < SESSION_DENIALS_MAX then return plan end
  local entries = redis.call('HGETALL', denials)
  local oldest = 2
  for place = 4, #entries, 2 do
    if is_older(entries[place], entries[oldest]) then oldest = place end
  end
  plan.oldest, plan.oldest_field = entries[oldest], entries[oldest - 1]
  redis.call('HEXISTS', bucket_of(decision, plan.oldest), plan.oldest)
  return plan
end

-- Where there was no session to look at.
local no_numbers = string.rep('\0', 28)

-- A session's numbers around a decision.
local function numbers_of(facts, counters, made_before, window_before, window_after)
  return struct.pack('>I4I4I4I4I4I4I4', made_before, counters[MADE], window_before, window_after,
    counters[SEQUENCE], facts[BUDGET], facts[RATE_LIMIT])
end

local function window_calls_at(facts, counters, clock)
  if clock - counters[WINDOW_START] >= facts[RATE_WINDOW] then return 0 end
  return counters[WINDOW_CALLS]
end

-- The same of a session that the decision leaves as it is.
local function numbers_at(facts, counters, clock)
  local window = window_calls_at(facts, counters, clock)
  return numbers_of(facts, counters, counters[MADE], window, window)
end

-- Keeps what was planned. `times` are how long it is kept: the record, the list or nothing, the run's list.
local function keep_decision(plan, reason, numbers, detail, now, retention, run_retention)
  local decision = plan.decision
  local id, bucket = decision.id, decision.bucket
  local head = struct.pack('>BBBI8I8I4', 1, reason, plan.effect, now, now, 0)
  redis.call('HSET', bucket, id, head .. id .. numbers .. struct.pack('>I4', detail) .. decision.context)
  if plan.is_first then
    local number = bucket_number(id)
    local kept = retention + 2 * BUCKET_MS + SLACK_MS
    redis.call('PEXPIRE', bucket, kept)
    redis.call('ZADD', decision.buckets, number, number)
    -- By the server's clock: one process whose clock is far ahead must not hide what the others recorded.
    redis.call('ZREMRANGEBYSCORE', decision.buckets, '-inf', string.format('(%.0f', math.floor((now - kept) / BUCKET_MS)))
    redis.call('PEXPIRE', decision.buckets, kept)
  end
  if not plan.is_noted then return end
  redis.call('RPUSH', plan.noted, id .. struct.pack('>I8B', now, reason) .. decision.rpc)
  redis.call('PEXPIRE', plan.noted, run_retention + RUN_IDLE_MS_MAX + SLACK_MS)
  if plan.effect == DENY then redis.call('HINCRBY', decision.run, 'd', 1) end
end

-- Lists what is kept, and forgets what made room for it. A lifetime counts from the list's first entry, or anew from each.
local function keep_listed(plan, lifetime, is_renewed)
  redis.call('RPUSH', plan.list, plan.decision.id)
  if plan.is_list_new or is_renewed then redis.call('PEXPIRE', plan.list, lifetime) end
  if plan.excess == 0 then return end
  redis.call('LPOP', plan.list, plan.excess)
  for bucket, ids in pairs(plan.evicted) do redis.call('HDEL', bucket, unpack(ids)) end
end

-- Keeps a denial of a session. The id of its record, which may be an earlier one's.
local function keep_denial(plan, reason, numbers, detail, now, retention, run_retention)
  if plan.repeated then
    if plan.repeated ~= plan.record then redis.call('HSET', plan.bucket, plan.id, plan.repeated) end
    return plan.id
  end
  keep_decision(plan, reason, numbers, detail, now, retention, run_retention)
  redis.call('HSET', plan.denials, plan.field, plan.decision.id)
  -- Anew from each: an ended session is denied for as long as it answers, which may be longer than a record is kept.
  redis.call('PEXPIRE', plan.denials, retention + SLACK_MS)
  if plan.oldest then
    redis.call('HDEL', plan.denials, plan.oldest_field)
    redis.call('HDEL', bucket_of(plan.decision, plan.oldest), plan.oldest)
  end
  return plan.decision.id
end

-- Counts the repeat of a key with the record of its charge. Best effort: a full server must not keep a repeat from its answer.
local function count_repeat(decision, first, now)
  local bucket = bucket_of(decision, first)
  local record = redis.call('HGET', bucket, first)
  if not record then return end
  local after = repeated(record, decision.id, now)
  if after ~= record then redis.pcall('HSET', bucket, first, after) end
end

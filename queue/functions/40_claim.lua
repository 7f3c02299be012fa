-- Claiming: limits and pauses of tasks, plain queues, fair queues.

-- What holds for this call: pauses, rules, bounds. A few fields; read once a call.
local function read_control(K)
    local flat, control = call('HGETALL', K.control), {}
    for i = 1, #flat, 2 do
        control[flat[i]] = flat[i + 1]
        if sub(flat[i], 1, 10) == 'rule:task:' or sub(flat[i], 1, 11) == 'pause:task:' then
            control.looks_at_tasks = true
        end
    end
    return control
end

local function hold_back(K, scope, id)
    call('RPUSH', K.held .. scope, id)
    call('SADD', K.helds, scope)
end

-- A token bucket (count tokens each per_ms, at most burst): 0 when it holds a token, else when it will. The state is
-- "tokens at", refilled on reading. Dispatchers' clocks differ and may be set back: no stretch of time fills it twice, and
-- none keeps it empty for longer than filling takes.
local function bucket_wait(K, scope, rule, now)
    local tokens, at = match(call('HGET', K.bucket, scope) or '', '^(%d+%.?%d*) (%d+)$')
    tokens, at = tonumber(tokens) or rule.burst, tonumber(at) or now
    local latest = now + math.ceil(rule.burst * rule.per_ms / rule.count)
    if at > latest then
        at = latest
        call('HSET', K.bucket, scope, format('%.6f %d', tokens, at))
    end
    tokens = math.min(rule.burst, tokens + math.max(0, now - at) * rule.count / rule.per_ms)
    rule.tokens, rule.at = tokens, math.max(at, now)
    if tokens >= 0.999999 then
        return 0
    end
    return rule.at + math.max(1, math.ceil((1 - tokens) * rule.per_ms / rule.count))
end

-- "CONCURRENCY COUNT PER_MS BURST", zeros for what is not limited; nil when it is none.
local function parse_rule(text)
    local most, count, per_ms, burst = match(text, '^(%d+) (%d+) (%d+) (%d+)$')
    if not most or #text > 40 then
        return nil
    end
    local rule = {most = tonumber(most), count = tonumber(count), per_ms = tonumber(per_ms), burst = tonumber(burst)}
    if (rule.count > 0) ~= (rule.per_ms > 0) or (rule.count > 0) ~= (rule.burst > 0) then
        return nil
    end
    return rule
end

-- false when a limit or a pause holds the job back (it is in that home now), else the envelope to run.
local function admit(K, control, node, now, id, envelope)
    local job = parse(envelope)
    if not job or has_flag(job, FLAG_CANCELLED) then
        return envelope -- only to be ended
    end
    if control['pause:task:' .. job.task] then
        hold_back(K, 'pause:' .. job.task, id)
        return false
    end
    local scopes = {}
    for _, scope in ipairs({'task:' .. job.task, job.limit}) do
        local text = scope ~= '' and control['rule:' .. rule_of(scope)]
        local rule = text and parse_rule(text)
        if rule then
            rule.scope = scope
            if rule.most > 0 and call('HLEN', K.hold .. scope) >= rule.most then
                hold_back(K, scope, id)
                return false
            end
            local free_at = rule.count > 0 and bucket_wait(K, scope, rule, now) or 0
            if free_at > 0 then
                hold_back(K, scope, id)
                call('ZADD', K.sched, 'LT', free_at, '@' .. scope)
                return false
            end
            scopes[#scopes + 1] = rule
        end
    end
    for _, rule in ipairs(scopes) do
        if rule.most > 0 then
            call('HSET', K.hold .. rule.scope, id, node)
            with_flag(job, FLAG_HOLDS)
        end
        if rule.tokens then
            call('HSET', K.bucket, rule.scope, format('%.6f %d', math.max(0, rule.tokens - 1), rule.at))
        end
    end
    if has_flag(job, FLAG_HOLDS) then
        envelope = patched(envelope, job)
        call('HSET', K.job, id, envelope)
    end
    return envelope
end

-- Takes the jobs of `ids` that may run now into `out` as id, envelope, …; returns how many.
local function take(K, control, node, now, ids, out)
    local envelopes, taken = call('HMGET', K.job, unpack(ids)), 0
    for i = 1, #ids do
        local envelope = envelopes[i]
        -- An id without an envelope was finished while it waited; it just goes.
        if envelope and (control.looks_at_tasks or sub(envelope, 95, 97) ~= '000') then
            envelope = admit(K, control, node, now, ids[i], envelope)
        end
        if envelope then
            out[#out + 1] = ids[i]
            out[#out + 1] = envelope
            taken = taken + 1
        end
    end
    return taken
end

local WEIGHT_MAX = 1000

-- Jobs of a lane in one turn of the ring.
local function weight_of(K, queue, lane)
    local weight = tonumber(call('HGET', K.weight, queue .. ':' .. lane)) or 1
    return weight >= 1 and floor(math.min(weight, WEIGHT_MAX)) or 1
end

-- Takes up to `count` jobs of the lane at the front of the ring, and turns the ring: a lane that gave all of its quota goes
-- to the back, one that the end of the batch cut short stays in front, with what is left of its quota in `weight`.
local function claim_lane(K, control, node, now, queue, lane, quota, count, out)
    local ring, key = K.ring .. queue, K.q .. queue .. ':' .. lane
    local ids = call('LPOP', key, count) or {}
    call('LPOP', ring)
    if call('LLEN', key) > 0 then
        call(count < quota and 'LPUSH' or 'RPUSH', ring, lane)
        if count < quota then
            call('HSET', K.weight, '!' .. queue, lane .. ' ' .. (quota - count))
        end
    end
    if #ids == 0 then
        return 0, 0
    end
    call('HINCRBY', K.depth, queue, -#ids)
    return take(K, control, node, now, ids, out), #ids
end

-- What the last batch cut off a lane's quota comes first.
local function claim_rest(K, control, node, now, queue, want, out)
    local credit = call('HGET', K.weight, '!' .. queue)
    if not credit then
        return 0
    end
    call('HDEL', K.weight, '!' .. queue)
    local lane, rest = match(credit, '^(%S+) (%d+)$')
    if lane ~= call('LINDEX', K.ring .. queue, 0) then
        return 0
    end
    rest = tonumber(rest)
    local taken = claim_lane(K, control, node, now, queue, lane, rest, math.min(rest, want), out)
    return taken
end

-- One turn of the ring after another until `want` jobs are taken. In a turn every lane gives its weight in jobs, times
-- what makes the turn fill the batch.
local function claim_fair(K, control, node, now, queue, want, out)
    local ring, scanned = K.ring .. queue, 0
    if call('EXISTS', ring) == 0 then
        return 0
    end
    local weighted = call('EXISTS', K.weight) == 1
    local taken = weighted and claim_rest(K, control, node, now, queue, want, out) or 0
    while taken < want and scanned < 4 * want + CHUNK do
        local lanes = call('LRANGE', ring, 0, want - taken - 1)
        if #lanes == 0 then
            break
        end
        local weights, total = {}, 0
        for i, lane in ipairs(lanes) do
            weights[i] = weighted and weight_of(K, queue, lane) or 1
            total = total + weights[i]
        end
        local unit = math.max(1, floor((want - taken) / total))
        for i, lane in ipairs(lanes) do
            if taken >= want then
                break
            end
            local quota = weights[i] * unit
            local got, seen = claim_lane(K, control, node, now, queue, lane, quota, math.min(quota, want - taken), out)
            taken, scanned = taken + got, scanned + seen + 1
        end
    end
    return taken
end

local function claim(K, control, node, now, queue, want, out)
    if control['pause:queue:' .. queue] then
        return 0
    end
    local taken, scanned = 0, 0
    while taken < want and scanned < 4 * want + CHUNK do
        local ids = call('LPOP', K.q .. queue, math.min(want - taken, CHUNK))
        if not ids then
            break
        end
        scanned = scanned + #ids
        taken = taken + take(K, control, node, now, ids, out)
    end
    if taken < want then
        taken = taken + claim_fair(K, control, node, now, queue, want - taken, out)
    end
    return taken
end

-- Moves what is due from the schedule to the backs of its queues. "@SCOPE" stands for a token bucket that has filled.
local function promote(K, now)
    local due = call('ZRANGEBYSCORE', K.sched, '-inf', now, 'LIMIT', 0, CHUNK)
    if #due == 0 then
        return
    end
    call('ZREM', K.sched, unpack(due))
    local envelopes = call('HMGET', K.job, unpack(due))
    for i, id in ipairs(due) do
        local job = parse(envelopes[i])
        if job then
            push(K, job.queue, job.lane, {id}, false)
            call('SADD', K.queues, job.queue)
        elseif envelopes[i] then
            bury(K, id, envelopes[i], 'its envelope is malformed', now)
            record(K, id, 'dead', 'its envelope is malformed')
        elseif sub(id, 1, 1) == '@' then
            local scope = sub(id, 2)
            local text = call('HGET', K.control, 'rule:' .. rule_of(scope))
            local rule = text and parse_rule(text)
            local count = CHUNK
            if rule and rule.count > 0 then
                bucket_wait(K, scope, rule, now)
                count = math.max(1, floor(rule.tokens))
            end
            if unhold(K, scope, count) > 0 then
                -- Comes back for the rest; the bucket will be empty until then.
                call('ZADD', K.sched, now + (rule and math.max(1, math.ceil(rule.per_ms / math.max(1, rule.count))) or 1), id)
            end
        end
    end
end

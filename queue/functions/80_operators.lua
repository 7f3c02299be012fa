-- Queues as a whole: pause, limits, weights, bounds, figures.

-- What a field may be called, and what it may hold; "" deletes it whatever it is.
local fields = {
    {'^pause:queue:[a-z0-9_]+$'},
    {'^pause:task:[a-z0-9_]+$'},
    {'^rule:task:[a-z0-9_]+$', 'rule'},
    {'^rule:[^:/%s]+$', 'rule'},
    {'^bound:[a-z0-9_]+$', 'count'},
    {'^crash_pause_ms$', 'count'},
    {'^weight:[a-z0-9_]+:%S+$', 'weight'},
}
local values = {
    rule = {function(value) return parse_rule(value) end,
            'ERR a rule is CONCURRENCY COUNT PER_MS BURST, four numbers; 0 for all of the last three, or for none of them'},
    count = {function(value) return match(value, '^%d+$') and #value <= 12 end, 'ERR bounds and pauses are whole numbers'},
    weight = {function(value) return match(value, '^[1-9]%d*$') and tonumber(value) <= WEIGHT_MAX end,
              'ERR a weight is a number from 1 to ' .. WEIGHT_MAX},
}

-- The error reply that a field or its value deserves, or nil.
local function refuse_control(field, value)
    for _, known in ipairs(fields) do
        if match(field, known[1]) then
            local kind = values[known[2]]
            return value ~= '' and kind and not kind[1](value) and redis.error_reply(kind[2]) or nil
        end
    end
    return redis.error_reply('ERR there is no such field; docs/queue.md lists what purser_control takes')
end

-- purser_control FIELD VALUE -> jobs that are still held back ("" deletes the field; call again until 0)
local function control(keys, args)
    local K, field, value = shard(keys), args[1], args[2] or ''
    local lane = match(field, '^weight:(.+)$')
    local key, name = lane and K.weight or K.control, lane or field
    local refused = refuse_control(field, value)
    if refused then
        return refused
    end
    if value ~= '' then
        call('HSET', key, name, value)
        return 0
    end
    call('HDEL', key, name)
    local left, task, rule = 0, match(field, '^pause:task:(.+)$'), match(field, '^rule:(.+)$')
    if task then
        left = unhold(K, 'pause:' .. task, CHUNK)
    elseif rule then
        for _, scope in ipairs(call('SMEMBERS', K.helds)) do
            if rule_of(scope) == rule then
                left = left + unhold(K, scope, CHUNK)
            end
        end
    end
    ring_bell(K)
    return left
end

-- When the job at the front of a list was enqueued; 0 when there is none.
local function head_time(K, key)
    local id = call('LINDEX', key, 0)
    local job = id and parse(call('HGET', K.job, id))
    return job and job.enqueued or 0
end

-- purser_queues -> { scheduled, dead, held, in flight, jobs, unrecorded, (queue, depth, lanes, oldest, paused)… }
local function queues(keys)
    local K = shard(keys)
    local held, flying = 0, 0
    for _, scope in ipairs(call('SMEMBERS', K.helds)) do
        held = held + call('LLEN', K.held .. scope)
    end
    for _, node in ipairs(call('ZRANGE', K.nodes, 0, -1)) do
        local mine = K['in'] .. node
        flying = flying + call('HLEN', mine) - call('HEXISTS', mine, '#')
    end
    local reply = {call('ZCARD', K.sched), call('ZCARD', K.dead), held, flying, call('HLEN', K.job), call('HLEN', K.unrecorded)}
    local names = call('SMEMBERS', K.queues)
    table.sort(names)
    for _, name in ipairs(names) do
        local oldest, lane = head_time(K, K.q .. name), call('LINDEX', K.ring .. name, 0)
        local other = lane and head_time(K, K.q .. name .. ':' .. lane) or 0
        if oldest == 0 or other > 0 and other < oldest then
            oldest = other
        end
        reply[#reply + 1] = name
        reply[#reply + 1] = depth_of(K, name)
        reply[#reply + 1] = call('LLEN', K.ring .. name)
        reply[#reply + 1] = oldest
        reply[#reply + 1] = call('HEXISTS', K.control, 'pause:queue:' .. name)
    end
    return reply
end

-- purser_depths -> { queue, depth, bound or 0, … }
local function depths(keys)
    local K, reply = shard(keys), {}
    for _, name in ipairs(call('SMEMBERS', K.queues)) do
        reply[#reply + 1] = name
        reply[#reply + 1] = depth_of(K, name)
        reply[#reply + 1] = tonumber(call('HGET', K.control, 'bound:' .. name)) or 0
    end
    return reply
end

-- purser_nodes LEASE_NOW -> { node, lease left in ms, in flight, info, … }
local function nodes(keys, args)
    local K, reply, now = shard(keys), {}, lease_now(args[1])
    local flat = call('ZRANGE', K.nodes, 0, -1, 'WITHSCORES')
    for i = 1, #flat, 2 do
        local mine = K['in'] .. flat[i]
        reply[#reply + 1] = flat[i]
        reply[#reply + 1] = tonumber(flat[i + 1]) - now
        reply[#reply + 1] = call('HLEN', mine) - call('HEXISTS', mine, '#')
        reply[#reply + 1] = call('HGET', K.info, flat[i]) or '{}'
    end
    return reply
end

-- purser_drain QUEUE COUNT -> { id, … }: takes jobs off a queue and cancels them
local function drain(keys, args)
    local K, count, out = shard(keys), tonumber(args[2]), {}
    local ids = call('LPOP', K.q .. args[1], math.min(count, CHUNK)) or {}
    while #ids < count do
        local lane = call('LPOP', K.ring .. args[1])
        if not lane then
            break
        end
        local key = K.q .. args[1] .. ':' .. lane
        local more = call('LPOP', key, math.min(count - #ids, CHUNK)) or {}
        call('HINCRBY', K.depth, args[1], -#more)
        for _, id in ipairs(more) do
            ids[#ids + 1] = id
        end
        if call('LLEN', key) > 0 then
            call('LPUSH', K.ring .. args[1], lane)
        end
    end
    for _, id in ipairs(ids) do
        local envelope = call('HGET', K.job, id)
        if envelope then
            finish(K, id, envelope)
            record(K, id, 'cancelled', 'its queue was drained')
            out[#out + 1] = id
        end
    end
    return out
end

-- purser_unrecorded COUNT -> { id, "STATE REASON", … }: ended here, not yet written to PostgreSQL
local function unrecorded(keys, args)
    local K = shard(keys)
    if call('HLEN', K.unrecorded) == 0 then
        return {}
    end
    return call('HRANDFIELD', K.unrecorded, args[1], 'WITHVALUES')
end

-- purser_recorded (id value)… : forgets those that still say the same
local function recorded(keys, args)
    local K = shard(keys)
    for i = 1, #args, 2 do
        if call('HGET', K.unrecorded, args[i]) == args[i + 1] then
            call('HDEL', K.unrecorded, args[i])
        end
    end
    return #args / 2
end

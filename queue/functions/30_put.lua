-- purser_put NOW BOUNDED ENVELOPE… -> { one character a job, { who holds the unique key of each 'd' } }
--   + taken   = there already (no change)   d another unfinished job has its unique key   f its queue is full   x malformed
-- The one function that is paid for every job on its own, so it reads no more of an envelope than it needs (bench/queue).

local function unique_holder(K, unique, id)
    if unique == '' then
        return nil
    end
    local holder = call('HGET', K.uniq, unique)
    if holder and holder ~= id and call('HEXISTS', K.job, holder) == 1 then
        return holder
    end
    return nil
end

-- What one shape of envelope (the digits of its six lengths) means: where its texts end, and the targets seen with it.
local function read_shape(lens)
    local t, q, l, u, m, p = match(lens, '^(%d%d)(%d%d)(%d%d)(%d%d%d)(%d%d%d)(%d%d)$')
    local shape = {targets = {}, has_unique = u ~= '000'}
    shape.task = 100 + t
    shape.queue = shape.task + q
    shape.lane = shape.queue + l
    shape.unique = shape.lane + u
    shape.size = shape.unique + m + p
    shape.valid = t ~= '00' and q ~= '00'
    return shape
end

-- Where a job goes: one a queue and lane and call. text: its task, queue and lane. false when a name is not allowed.
local function find_target(shape, text, targets)
    local queue, lane = sub(text, shape.task - 99, shape.queue - 100), sub(text, shape.queue - 99)
    if find(sub(text, 1, shape.queue - 100), '[^a-z0-9_]') or not shape.valid then
        shape.targets[text] = false
        return false
    end
    local name = queue .. ':' .. lane
    local target = targets[name]
    if not target then
        target = {queue = queue, lane = lane, ids = {}}
        targets[name] = target
        targets[#targets + 1] = target
    end
    shape.targets[text] = target
    return target
end

-- false when the queue holds as many as its bound allows. `depths` remembers what this call added.
local function has_room(K, queue, depths)
    local entry = depths[queue]
    if not entry then
        entry = {bound = tonumber(call('HGET', K.control, 'bound:' .. queue)), depth = 0}
        entry.depth = entry.bound and depth_of(K, queue) or 0
        depths[queue] = entry
    end
    if entry.bound and entry.depth >= entry.bound then
        return false
    end
    entry.depth = entry.depth + 1
    return true
end

-- Fills ids[i] (false: malformed), and for the well-formed ones their run_at, target and unique key.
local function read_envelopes(args, n, ids, run_ats, goals, uniques, targets)
    local shapes = {}
    for i = 1, n do
        local envelope = args[i + 2]
        local run_at, id, lens = match(envelope, PUT_HEADER)
        ids[i] = false
        if id and #envelope <= ENVELOPE_MAX then
            local shape = shapes[lens]
            if not shape then
                shape = read_shape(lens)
                shapes[lens] = shape
            end
            local text = sub(envelope, 101, shape.lane)
            local target = shape.targets[text]
            if target == nil then
                target = find_target(shape, text, targets)
            end
            if target and #envelope >= shape.size then
                ids[i], run_ats[i], goals[i] = id, run_at, target
                uniques[i] = shape.has_unique and sub(envelope, shape.lane + 1, shape.unique) or ''
            end
        end
    end
end

-- Which of them are there already: true at their places.
local function find_existing(K, ids, n)
    local asked, at, existing = {}, {}, {}
    for i = 1, n do
        if ids[i] then
            asked[#asked + 1] = ids[i]
            at[#at + 1] = i
        end
    end
    if #asked == 1 then
        existing[at[1]] = call('HEXISTS', K.job, asked[1]) == 1
        return existing
    end
    local there = each_chunk('HMGET', K.job, asked, true)
    for i = 1, #asked do
        existing[at[i]] = there[i] ~= false
    end
    return existing
end

local function put(keys, args)
    local K, now, bounded = shard(keys), tonumber(args[1]), args[2] == '1'
    if not now then
        return redis.error_reply('ERR purser_put NOW BOUNDED ENVELOPE...: NOW is the time in milliseconds since 1970')
    end
    local n, ids, run_ats, goals, uniques, targets = #args - 2, {}, {}, {}, {}, {}
    local status, holders, envelopes, sched, depths, seen = {}, {}, {}, {}, {}, {}
    read_envelopes(args, n, ids, run_ats, goals, uniques, targets)
    local existing = find_existing(K, ids, n)
    local wake = false
    for i = 1, n do
        local id, envelope = ids[i], args[i + 2]
        local holder = id and not existing[i] and uniques[i] ~= '' and unique_holder(K, uniques[i], id)
        if not id then
            status[i] = 'x'
        elseif existing[i] or seen[id] then
            status[i] = '='
        elseif holder then
            status[i] = 'd'
            holders[#holders + 1] = holder
        elseif bounded and not has_room(K, goals[i].queue, depths) then
            status[i] = 'f'
        else
            status[i] = '+'
            seen[id] = true
            local flag = sub(envelope, 4, 4)
            if flag ~= '0' and flag ~= '8' then
                local job = parse(envelope)
                without_flag(job, FLAG_CANCELLED)
                without_flag(job, FLAG_HOLDS)
                envelope = patched(envelope, job)
            end
            envelopes[#envelopes + 1] = id
            envelopes[#envelopes + 1] = envelope
            if uniques[i] ~= '' then
                call('HSET', K.uniq, uniques[i], id)
                -- A second one of this key in the same call must find the first.
                call('HSET', K.job, id, envelope)
            end
            if run_ats[i] ~= '0000000000000' and tonumber(run_ats[i]) > now then
                sched[#sched + 1] = run_ats[i]
                sched[#sched + 1] = id
            else
                local list = goals[i].ids
                list[#list + 1] = id
            end
        end
    end
    each_chunk('HSET', K.job, envelopes)
    for _, target in ipairs(targets) do
        if #target.ids > 0 then
            push(K, target.queue, target.lane, target.ids, false)
            call('SADD', K.queues, target.queue)
            wake = true
        end
    end
    if #sched > 0 then
        local before = next_due(K)
        each_chunk('ZADD', K.sched, sched)
        wake = wake or before == 0 or next_due(K) < before
    end
    if wake then
        ring_bell(K)
    end
    return {table.concat(status), holders}
end

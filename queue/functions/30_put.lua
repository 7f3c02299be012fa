-- purser_put NOW BOUNDED ENVELOPE… -> { one character a job, { who holds the unique key of each 'd' } }
--   + taken   = there already (no change)   d another unfinished job has its unique key   f its queue is full   x malformed

local function find_existing(K, jobs, n)
    local ids, at = {}, {}
    for i = 1, n do
        if jobs[i] then
            ids[#ids + 1] = jobs[i].id
            at[#at + 1] = i
        end
    end
    local there = each_chunk('HMGET', K.job, ids, true)
    for i = 1, #ids do
        jobs[at[i]].exists = there[i] ~= false
    end
end

local function unique_holder(K, job)
    if job.unique == '' then
        return nil
    end
    local holder = call('HGET', K.uniq, job.unique)
    if holder and holder ~= job.id and call('HEXISTS', K.job, holder) == 1 then
        return holder
    end
    return nil
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

local function put(keys, args)
    local K, now, bounded = shard(keys), tonumber(args[1]), args[2] == '1'
    local n, jobs, status, holders = #args - 2, {}, {}, {}
    local envelopes, targets, order, sched, depths, seen = {}, {}, {}, {}, {}, {}
    for i = 1, n do
        jobs[i] = parse(args[i + 2]) or false
    end
    find_existing(K, jobs, n)
    for i = 1, n do
        local job = jobs[i]
        local holder = job and not job.exists and unique_holder(K, job)
        if not job then
            status[i] = 'x'
        elseif job.exists or seen[job.id] then
            status[i] = '='
        elseif holder then
            status[i] = 'd'
            holders[#holders + 1] = holder
        elseif bounded and not has_room(K, job.queue, depths) then
            status[i] = 'f'
        else
            status[i] = '+'
            seen[job.id] = true
            local envelope = args[i + 2]
            if has_flag(job, FLAG_CANCELLED) or has_flag(job, FLAG_HOLDS) then
                without_flag(job, FLAG_CANCELLED)
                without_flag(job, FLAG_HOLDS)
                envelope = patched(envelope, job)
            end
            envelopes[#envelopes + 1] = job.id
            envelopes[#envelopes + 1] = envelope
            if job.unique ~= '' then
                call('HSET', K.uniq, job.unique, job.id)
                -- A second one of this key in the same call must find the first.
                call('HSET', K.job, job.id, envelope)
            end
            if job.run_at > now then
                sched[#sched + 1] = job.run_at
                sched[#sched + 1] = job.id
            else
                local name = job.queue .. ':' .. job.lane
                local target = targets[name]
                if not target then
                    target = {queue = job.queue, lane = job.lane, ids = {}}
                    targets[name] = target
                    order[#order + 1] = target
                end
                target.ids[#target.ids + 1] = job.id
            end
        end
    end
    each_chunk('HSET', K.job, envelopes)
    local wake = #order > 0
    for _, target in ipairs(order) do
        push(K, target.queue, target.lane, target.ids, false)
        call('SADD', K.queues, target.queue)
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

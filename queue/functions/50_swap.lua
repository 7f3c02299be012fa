-- purser_swap: acknowledges the last batches, promotes what is due and claims the next ones, in one step.
--   NODE SEQ NOW LEASE_NOW LEASE_MS  DONE id…  FULL (kind id a b)…  QUEUES (queue batch)…  SLOTS order…
--   -> { gone, next_due, more, (queue, n, id, envelope, …)… }

-- What an acknowledgement other than a plain "done" does. Only a job that is in flight here may move: an
-- acknowledgement that comes late, from a node that was given up, has no effect. "Done" is true wherever the job is.
local settlers = {
    D = function(K, id, envelope)
        finish(K, id, envelope)
        call('ZREM', K.sched, id)
        call('ZREM', K.dead, id)
    end,
    R = function(K, id, envelope, job, run_at, reason)
        job.attempt = job.attempt + 1
        without_flag(job, FLAG_ALONE)
        call('HSET', K.why, id, reason)
        schedule(K, id, envelope, job, tonumber(run_at))
    end,
    S = function(K, id, envelope, job, run_at)
        without_flag(job, FLAG_ALONE)
        schedule(K, id, envelope, job, tonumber(run_at))
    end,
    X = function(K, id, envelope, _, state, reason, now)
        bury(K, id, envelope, reason, now)
        if state == 'record' then
            record(K, id, 'dead', reason)
        end
    end,
    C = function(K, id, envelope, _, _, reason)
        finish(K, id, envelope)
        record(K, id, 'cancelled', reason)
    end,
    E = function(K, id, envelope, _, _, reason)
        finish(K, id, envelope)
        record(K, id, 'expired', reason)
    end,
}

local function settle_one(K, node, now, kind, id, a, b)
    local here = call('HDEL', K['in'] .. node, id) == 1
    if not here and kind ~= 'D' then
        return
    end
    local envelope = call('HGET', K.job, id)
    local job = parse(envelope)
    if kind ~= 'D' and was_cancelled(K, node, id) and (kind == 'R' or kind == 'S') then
        end_cancelled(K, id, envelope)
        return
    end
    if job then
        release_limits(K, id, job)
    elseif kind == 'R' or kind == 'S' then
        -- Its envelope went away or was broken while it ran: nothing is left that could run again.
        kind, a, b = 'X', 'record', 'its envelope is malformed'
    end
    if envelope or kind == 'D' then
        settlers[kind](K, id, envelope, job, a, b, now)
    end
end

local function settle_done(K, node, ids)
    if #ids == 0 then
        return
    end
    local here = call('HDEL', K['in'] .. node, unpack(ids))
    call('HDEL', K.job, unpack(ids))
    if here < #ids then
        call('ZREM', K.sched, unpack(ids))
        call('ZREM', K.dead, unpack(ids))
    end
end

-- Reads `count` arguments from `at` on in chunks, for unpack's sake.
local function settle(K, node, now, args, at)
    local count = tonumber(args[at])
    for i = 1, count, CHUNK do
        local ids = {}
        for j = i, math.min(i + CHUNK - 1, count) do
            ids[#ids + 1] = args[at + j]
        end
        settle_done(K, node, ids)
    end
    at = at + count + 1
    count = tonumber(args[at])
    for i = 0, count - 1 do
        local a = at + 1 + i * 4
        settle_one(K, node, now, args[a], args[a + 1], args[a + 2], args[a + 3])
    end
    return at + count * 4 + 1
end

-- The lists of these queues that are not paused: while none of them exists there is nothing to claim.
local function lists_of(K, queues, control)
    local lists = {}
    for _, queue in ipairs(queues) do
        if not (control and control['pause:queue:' .. queue.name]) then
            lists[#lists + 1] = K.q .. queue.name
            lists[#lists + 1] = K.ring .. queue.name
        end
    end
    return lists
end

local function any_exists(lists)
    return #lists > 0 and call('EXISTS', unpack(lists)) > 0
end

-- Fills one slot from the first queue of its order that gives something; false when none does.
local function fill_slot(K, control, node, now, queues, order, reply, flying)
    for i = 1, #order do
        local queue = queues[tonumber(sub(order, i, i), 36)]
        local out = {}
        local taken = claim(K, control, node, now, queue.name, queue.batch, out)
        if taken > 0 then
            reply[#reply + 1] = queue.name
            reply[#reply + 1] = taken
            for j = 1, #out do
                reply[#reply + 1] = out[j]
            end
            for j = 1, #out, 2 do
                flying[#flying + 1] = out[j]
                flying[#flying + 1] = now
            end
            return true
        end
    end
    return false
end

local function swap(keys, args)
    local K, node, now = shard(keys), args[1], tonumber(args[3])
    local gone = call('ZADD', K.nodes, lease_now(args[4]) + tonumber(args[5]), node)
    local at = settle(K, node, now, args, 6)
    promote(K, now)
    local queues, count = {}, tonumber(args[at])
    for i = 1, count do
        queues[i] = {name = args[at + i * 2 - 1], batch = tonumber(args[at + i * 2])}
    end
    at = at + count * 2 + 1
    local reply, flying, slots = {gone, 0, 0}, {'#', args[2]}, tonumber(args[at])
    local lists, control = lists_of(K, queues), nil
    local has_work = any_exists(lists)
    if has_work and slots > 0 then
        control = read_control(K)
        lists = lists_of(K, queues, control)
        for slot = 1, slots do
            if not fill_slot(K, control, node, now, queues, args[at + slot], reply, flying) then
                break -- they all look into the same queues
            end
        end
    end
    each_chunk('HSET', K['in'] .. node, flying)
    reply[2] = next_due(K)
    if has_work and any_exists(lists) then
        reply[3] = 1
        ring_bell(K)
    end
    return reply
end

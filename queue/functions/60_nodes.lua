-- Dispatchers: their lease, what they hold, what becomes of it when they or their children die.

-- purser_ring: wakes an idle dispatcher (a plain RPUSH would be refused when memory is full)
local function ring(keys)
    ring_bell(shard(keys))
    return 1
end

-- A job that crashed twice gets its last chance after a pause: a machine short of memory, or somebody who kills at random,
-- may be to blame, and will be done by then.
local function pause_before_last_chance(K)
    return tonumber(call('HGET', K.control, 'crash_pause_ms') or CRASH_PAUSE_MS)
end

-- Back to the front of its queue. how: "crash" (a process died under it: alone from now on, the third time is the last),
-- "lost" (its dispatcher died, for which any job here may be to blame or none: alone from now on), "alone" (it ran too
-- long among others), "back" (it was not begun, nothing happened to it).
local function give_back(K, node, id, how, now, reason)
    local envelope = call('HGET', K.job, id)
    local job = parse(envelope)
    if not envelope then
        return
    elseif was_cancelled(K, node, id) then
        end_cancelled(K, id, envelope)
        return
    elseif not job then
        bury(K, id, envelope, 'its envelope is malformed', now)
        record(K, id, 'dead', 'its envelope is malformed')
        return
    end
    release_limits(K, id, job)
    if how == 'crash' then
        job.crashes = job.crashes + 1
    end
    if how ~= 'back' then
        with_flag(job, FLAG_ALONE)
    end
    envelope = patched(envelope, job)
    if job.crashes >= CRASHES_MAX and how ~= 'back' then
        bury(K, id, envelope, reason, now)
        record(K, id, 'dead', reason)
        return
    end
    if how ~= 'back' then
        call('HSET', K.why, id, reason)
    end
    if how == 'crash' and job.crashes == CRASHES_MAX - 1 then
        schedule(K, id, envelope, job, now + pause_before_last_chance(K))
        return
    end
    call('HSET', K.job, id, envelope)
    push(K, job.queue, job.lane, {id}, true)
end

-- purser_requeue NODE NOW HOW REASON id… -> how many were in flight here
local function requeue(keys, args)
    local K, node, now, count = shard(keys), args[1], tonumber(args[2]), 0
    for i = #args, 5, -1 do
        if call('HDEL', K['in'] .. node, args[i]) == 1 then
            give_back(K, node, args[i], args[3], now, args[4])
            count = count + 1
        end
    end
    if count > 0 then
        ring_bell(K)
    end
    return count
end

-- purser_begin NODE id -> 1 when it is in flight there. It must run alone and begins now: if the dispatcher dies before its
-- end, this job counts a crash (it may have taken the dispatcher down, as one that eats all memory does). Those that
-- merely wait there count none, however often dispatchers die.
local ALONE = ' alone'
local function begin_alone(keys, args)
    local K, id = shard(keys), args[2]
    local mine = K['in'] .. args[1]
    local since = call('HGET', mine, id)
    if not since then
        return 0
    end
    call('HSET', mine, id, match(since, '^%d+') .. ALONE)
    return 1
end

-- purser_progress NODE id… -> how many of them are in flight here. They have got on since they were claimed (a long import
-- stored a step): whatever kills them next is no proof that they kill, and counts from the beginning.
local function progress(keys, args)
    local K, node, count = shard(keys), args[1], 0
    for i = 2, #args do
        local job = call('HEXISTS', K['in'] .. node, args[i]) == 1 and parse(call('HGET', K.job, args[i]))
        if job then
            count = count + 1
            if job.crashes > 0 or has_flag(job, FLAG_ALONE) then
                job.crashes = 0
                without_flag(job, FLAG_ALONE)
                call('HSET', K.job, args[i], patched(call('HGET', K.job, args[i]), job))
            end
        end
    end
    return count
end

-- purser_leave NODE -> 1 when it held nothing any more
local function leave(keys, args)
    local K, mine = shard(keys), shard(keys)['in'] .. args[1]
    call('HDEL', mine, '#')
    if call('HLEN', mine) > 0 then
        return 0
    end
    call('ZREM', K.nodes, args[1])
    call('HDEL', K.info, args[1])
    call('DEL', K.cancel .. args[1])
    return 1
end

-- Returns up to `budget` jobs of a node whose lease has ended; the node itself goes with the last of them.
local function give_up(K, node, now, budget)
    local mine, jobs = K['in'] .. node, 0
    call('HDEL', mine, '#')
    if call('HLEN', mine) > 0 then
        local flying = call('HRANDFIELD', mine, budget, 'WITHVALUES')
        for i = 1, #flying, 2 do
            local began_alone = sub(flying[i + 1], -#ALONE) == ALONE
            call('HDEL', mine, flying[i])
            give_back(K, node, flying[i], began_alone and 'crash' or 'lost', now, 'its dispatcher died')
            jobs = jobs + 1
        end
    end
    if call('HLEN', mine) > 0 then
        return jobs, 0
    end
    call('ZREM', K.nodes, node)
    call('HDEL', K.info, node)
    call('DEL', K.cancel .. node)
    return jobs, 1
end

-- The scheduler gives up dead nodes the moment their lease ends. When it is away, or waits for its database, whoever lives
-- does it a little later.
local OVERDUE_MS = 500
local function give_up_overdue(K, by, now, lease)
    local first = call('ZRANGE', K.nodes, 0, 0, 'WITHSCORES')
    if first[1] and first[1] ~= by and tonumber(first[2]) + OVERDUE_MS <= lease then
        give_up(K, first[1], now, CHUNK)
        call('RPUSH', K.bell, '1', '1')
    end
end

-- purser_beat NODE NOW LEASE_NOW LEASE_MS HOLDS ASKS INFO -> { next_due or -1, id to cancel… }
-- HOLDS is 0 when the node holds no job (nothing to cancel), ASKS 1 when it wants to know next_due, INFO is "" when it has
-- not changed: an idle node costs Redis next to nothing.
local function beat(keys, args)
    local K, node = shard(keys), args[1]
    local lease = lease_now(args[3])
    call('ZADD', K.nodes, lease + tonumber(args[4]), node)
    give_up_overdue(K, node, tonumber(args[2]), lease)
    if args[7] ~= '' then
        call('HSET', K.info, node, args[7])
    end
    local reply = {args[6] == '1' and next_due(K) or -1}
    if args[5] ~= '0' then
        -- They stay until the job has ended: a node that dies now leaves them to who reaps it.
        for _, id in ipairs(call('SMEMBERS', K.cancel .. node)) do
            if call('HEXISTS', K['in'] .. node, id) == 1 then
                reply[#reply + 1] = id
            else
                call('SREM', K.cancel .. node, id)
            end
        end
    end
    return reply
end

-- Who counts against a limit without being in flight (its envelope was lost while it ran, say) counts no more.
local function drop_stale_holders(K, scope)
    local flat = call('HGETALL', K.hold .. scope)
    for i = 1, #flat, 2 do
        if call('HEXISTS', K['in'] .. flat[i + 1], flat[i]) == 0 then
            call('HDEL', K.hold .. scope, flat[i])
        end
    end
end

-- Lets held jobs go whose limit is free: a release that was missed delays them by one tick and no more.
local function look_after_held(K, now)
    local control = read_control(K)
    for _, scope in ipairs(call('SMEMBERS', K.helds)) do
        local task = match(scope, '^pause:(.*)$')
        local text = control['rule:' .. rule_of(scope)]
        local rule = text and parse_rule(text)
        if task and not control['pause:task:' .. task] or not task and not rule then
            unhold(K, scope, CHUNK)
        elseif rule and rule.most > 0 then
            drop_stale_holders(K, scope)
            local free = rule.most - call('HLEN', K.hold .. scope)
            if free > 0 then
                unhold(K, scope, math.min(free, CHUNK))
            end
        elseif rule and rule.count > 0 then
            -- Its time may have been set by a clock that was ahead.
            call('ZADD', K.sched, 'LT', math.max(now, bucket_wait(K, scope, rule, now)), '@' .. scope)
        end
    end
end

-- purser_reap NOW LEASE_NOW -> { jobs returned, nodes given up, 1 when there is more to do, 1 when the marker is there,
--                              how many ends are unrecorded, ms until the next lease can end or -1 without nodes }
-- All that an idle scheduler asks, in one call that costs Redis next to nothing.
local function reap(keys, args)
    local K, now, lease = shard(keys), tonumber(args[1]), lease_now(args[2])
    local budget, nodes, jobs = CHUNK, 0, 0
    local first = call('ZRANGE', K.nodes, 0, 0, 'WITHSCORES')
    if first[1] and tonumber(first[2]) <= lease then
        for _, node in ipairs(call('ZRANGEBYSCORE', K.nodes, '-inf', lease)) do
            local returned, gone = give_up(K, node, now, budget - jobs)
            jobs, nodes = jobs + returned, nodes + gone
            if jobs >= budget then
                break
            end
        end
        first = call('ZRANGE', K.nodes, 0, 0, 'WITHSCORES')
    end
    -- A node that hangs may still listen, and swallow the bell: one for each, and one for who is awake.
    for _ = 0, nodes do
        if jobs > 0 or nodes > 0 then
            call('RPUSH', K.bell, '1')
        end
    end
    -- EXISTS counts a key as often as it is named: one call tells which of the three there are.
    local seen = call('EXISTS', K.marker, K.helds, K.helds, K.unrecorded, K.unrecorded, K.unrecorded, K.unrecorded)
    if floor(seen / 2) % 2 == 1 then
        look_after_held(K, now)
    end
    return {jobs, nodes, jobs >= budget and 1 or 0, seen % 2, seen >= 4 and call('HLEN', K.unrecorded) or 0,
            first[1] and math.max(0, tonumber(first[2]) - lease) or -1}
end

-- purser_holding NODE -> { seq of the last swap that took effect, id, envelope, … }
local function holding(keys, args)
    local K, mine = shard(keys), shard(keys)['in'] .. args[1]
    local reply = {call('HGET', mine, '#') or ''}
    for _, id in ipairs(call('HKEYS', mine)) do
        if id ~= '#' then
            reply[#reply + 1] = id
            reply[#reply + 1] = call('HGET', K.job, id) or ''
        end
    end
    return reply
end

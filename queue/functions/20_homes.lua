-- The homes of a job: a queue's list or lane, the schedule, in flight at a node, held by a limit, dead. And the ways
-- between them, which every function below is made of.

-- Wakes one idle dispatcher. One element is enough: who is woken looks at everything.
local function ring_bell(K)
    if call('LLEN', K.bell) == 0 then
        call('RPUSH', K.bell, '1')
    end
end

-- A lane stands in its queue's ring as long as it holds a job, exactly once.
local function push(K, queue, lane, ids, front)
    local command = front and 'LPUSH' or 'RPUSH'
    if lane == '' then
        each_chunk(command, K.q .. queue, ids)
        return
    end
    local length = each_chunk(command, K.q .. queue .. ':' .. lane, ids)
    if length == #ids then
        call(command, K.ring .. queue, lane)
    end
    call('HINCRBY', K.depth, queue, #ids)
end

local function depth_of(K, queue)
    return call('LLEN', K.q .. queue) + (tonumber(call('HGET', K.depth, queue)) or 0)
end

-- Lets up to `count` jobs that a limit or pause held back go to the front of their queues, in their order.
local function unhold(K, scope, count)
    local key = K.held .. scope
    local ids = call('LPOP', key, count)
    if ids then
        for i = #ids, 1, -1 do
            local job = parse(call('HGET', K.job, ids[i]))
            if job then
                push(K, job.queue, job.lane, {ids[i]}, true)
            end
        end
        ring_bell(K)
    end
    local left = call('LLEN', key)
    if left == 0 then
        call('SREM', K.helds, scope)
    end
    return left
end

-- "RULE" or "RULE/KEY": the rule's name; "" when it has none, which no rule is called.
local function rule_of(limit)
    return match(limit, '^([^/]+)') or ''
end

-- Gives back what a claimed job held of the limits.
local function release_limits(K, id, job)
    if not has_flag(job, FLAG_HOLDS) then
        return
    end
    for _, scope in ipairs({'task:' .. job.task, job.limit}) do
        if scope ~= '' and call('HDEL', K.hold .. scope, id) == 1 then
            unhold(K, scope, 1)
        end
    end
    without_flag(job, FLAG_HOLDS)
end

local function release_unique(K, id, job)
    if job.unique ~= '' and call('HGET', K.uniq, job.unique) == id then
        call('HDEL', K.uniq, job.unique)
    end
end

-- The end of a job: nothing of it stays. In the same step its unique key and limits are free.
local function finish(K, id, envelope)
    local job = parse(envelope)
    if job then
        release_unique(K, id, job)
        release_limits(K, id, job)
    end
    call('HDEL', K.job, id)
    call('HDEL', K.why, id)
end

-- What ended here without a commit in PostgreSQL is written there by the scheduler.
local function record(K, id, state, reason)
    call('HSET', K.unrecorded, id, state .. ' ' .. reason)
end

-- Whether its owner cancelled it while it ran there: then it ends instead of running again.
local function was_cancelled(K, node, id)
    return call('SREM', K.cancel .. node, id) == 1
end

local function end_cancelled(K, id, envelope)
    finish(K, id, envelope)
    record(K, id, 'cancelled', 'cancelled while it ran')
end

-- Into the dead set, with its reason. The envelope stays, so that the job can be tried again.
local function bury(K, id, envelope, reason, now)
    local job = parse(envelope)
    if job then
        release_unique(K, id, job)
        release_limits(K, id, job)
        call('HSET', K.job, id, patched(envelope, job))
    else
        call('HSET', K.job, id, envelope or '')
    end
    call('HSET', K.why, id, reason)
    call('ZADD', K.dead, now, id)
end

local function schedule(K, id, envelope, job, run_at)
    job.run_at = run_at
    call('HSET', K.job, id, patched(envelope, job))
    call('ZADD', K.sched, run_at, id)
end

local function next_due(K)
    local first = call('ZRANGE', K.sched, 0, 0, 'WITHSCORES')
    return tonumber(first[2]) or 0
end

-- What owners and operators ask of single jobs.

-- The node that runs a job, and since when; nil when none does.
local function runner_of(K, id)
    for _, node in ipairs(call('ZRANGE', K.nodes, 0, -1)) do
        local since = call('HGET', K['in'] .. node, id)
        if since then
            return node, tonumber(match(since, '^%d+'))
        end
    end
    return nil
end

local function state_of(K, id, envelope)
    local job = parse(envelope)
    if call('ZSCORE', K.dead, id) then
        return 'dead', 0
    elseif job and has_flag(job, FLAG_CANCELLED) then
        return 'cancelled', 0
    end
    local at = call('ZSCORE', K.sched, id)
    if at then
        return job and job.attempt > 0 and 'retrying' or 'scheduled', tonumber(at)
    end
    local node, since = runner_of(K, id)
    if node then
        return 'running', since, node
    end
    return 'queued', 0
end

-- purser_states id… -> { state or "" when it is not here, attempt, at, … }: three a job
local function states(keys, args)
    local K, reply = shard(keys), {}
    local envelopes = each_chunk('HMGET', K.job, args, true)
    for i, id in ipairs(args) do
        if envelopes[i] then
            local state, at = state_of(K, id, envelopes[i])
            reply[#reply + 1] = state
            reply[#reply + 1] = tonumber(match(sub(envelopes[i], 5, 8), '^%d+$')) or 0
            reply[#reply + 1] = at
        else
            reply[#reply + 1] = ''
            reply[#reply + 1] = 0
            reply[#reply + 1] = 0
        end
    end
    return reply
end

-- Takes a job out of where a limit or a pause holds it back, if it is there: nobody claims it there, for as long as it holds.
local function leave_hold(K, id, job)
    for _, scope in ipairs({'pause:' .. job.task, 'task:' .. job.task, job.limit}) do
        if scope ~= '' and call('LREM', K.held .. scope, 1, id) == 1 then
            if call('EXISTS', K.held .. scope) == 0 then
                call('SREM', K.helds, scope)
            end
            return true
        end
    end
    return false
end

-- purser_cancel id -> "cancelled", "running" (its node is told), or "gone"
local function cancel(keys, args)
    local K, id = shard(keys), args[1]
    local envelope = call('HGET', K.job, id)
    local job = parse(envelope)
    if not job or call('ZSCORE', K.dead, id) then
        return 'gone'
    end
    if call('ZREM', K.sched, id) == 1 or leave_hold(K, id, job) then
        finish(K, id, envelope)
        record(K, id, 'cancelled', 'cancelled before it ran')
        return 'cancelled'
    end
    local node = runner_of(K, id)
    if node then
        call('SADD', K.cancel .. node, id)
        return 'running'
    end
    -- It stays where it waits, so that this costs the same at any depth; who claims it ends it.
    with_flag(job, FLAG_CANCELLED)
    release_unique(K, id, job)
    call('HSET', K.job, id, patched(envelope, job))
    record(K, id, 'cancelled', 'cancelled before it ran')
    return 'cancelled'
end

-- purser_explain NOW id -> { name, value, … }: why the job is not running
local POSITION_MAX = 100000
local function explain(keys, args)
    local K, now, id = shard(keys), tonumber(args[1]), args[2]
    local reply = {}
    local function say(name, value)
        reply[#reply + 1] = name
        reply[#reply + 1] = tostring(value)
    end
    local envelope = call('HGET', K.job, id)
    if not envelope then
        return reply
    end
    local job = parse(envelope)
    local state, at, node = state_of(K, id, envelope)
    say('state', state)
    local why = call('HGET', K.why, id)
    if why then
        say('reason', why)
    end
    if not job then
        say('malformed', 1)
        return reply
    end
    say('task', job.task)
    say('queue', job.queue)
    say('attempt', job.attempt)
    say('crashes', job.crashes)
    say('enqueued_at', format('%d', job.enqueued))
    if job.deadline > 0 then
        say('deadline', format('%d', job.deadline))
    end
    if job.lane ~= '' then
        say('lane', job.lane)
    end
    if has_flag(job, FLAG_ALONE) then
        say('alone', 1)
    end
    if job.unique ~= '' then
        say('unique', job.unique)
    end
    if state == 'scheduled' or state == 'retrying' then
        say('due_at', format('%d', at))
        say('due_in_ms', format('%d', at - now))
    elseif state == 'running' then
        say('node', node)
        say('since', format('%d', at))
    elseif state == 'queued' then
        local control = read_control(K)
        if control['pause:queue:' .. job.queue] then
            say('queue_paused', 1)
        end
        if control['pause:task:' .. job.task] then
            say('task_paused', 1)
        end
        local list = K.q .. job.queue .. (job.lane ~= '' and ':' .. job.lane or '')
        local position = call('LPOS', list, id, 'MAXLEN', POSITION_MAX)
        if position then
            say('ahead_of_it', position)
            if job.lane ~= '' then
                say('lanes_in_ring', call('LLEN', K.ring .. job.queue))
            end
        end
        for _, scope in ipairs({'task:' .. job.task, job.limit, 'pause:' .. job.task}) do
            local place = scope ~= '' and call('LPOS', K.held .. scope, id, 'MAXLEN', POSITION_MAX)
            if place then
                say('held_by', scope)
                say('ahead_of_it', place)
                local holders = call('HKEYS', K.hold .. scope)
                if #holders > 0 then
                    say('holders', table.concat(holders, ' ', 1, math.min(10, #holders)))
                end
                local due = call('ZSCORE', K.sched, '@' .. scope)
                if due then
                    say('token_at', format('%d', tonumber(due)))
                end
            end
        end
    end
    return reply
end

-- purser_dead_retry NOW id… -> one character a job: + runs again, d its unique key is taken, x it is not dead
local function dead_retry(keys, args)
    local K, status = shard(keys), {}
    for i = 2, #args do
        local id = args[i]
        local envelope = call('HGET', K.job, id)
        local job = parse(envelope)
        if not job or not call('ZSCORE', K.dead, id) then
            status[#status + 1] = 'x'
        elseif unique_holder(K, job.unique, id) then
            status[#status + 1] = 'd'
        else
            call('ZREM', K.dead, id)
            call('HDEL', K.why, id)
            call('HDEL', K.unrecorded, id)
            job.attempt, job.crashes, job.run_at = 0, 0, 0
            job.flags = has_flag(job, FLAG_MEMBER) and FLAG_MEMBER or 0
            if job.unique ~= '' then
                call('HSET', K.uniq, job.unique, id)
            end
            call('HSET', K.job, id, patched(envelope, job))
            push(K, job.queue, job.lane, {id}, false)
            call('SADD', K.queues, job.queue)
            status[#status + 1] = '+'
        end
    end
    ring_bell(K)
    return table.concat(status)
end

-- purser_dead_drop id… -> how many were dead and are gone
local function dead_drop(keys, args)
    local K, count = shard(keys), 0
    for _, id in ipairs(args) do
        if call('ZREM', K.dead, id) == 1 then
            finish(K, id, call('HGET', K.job, id))
            count = count + 1
        end
    end
    return count
end

-- purser_dead_prune BEFORE KEEP -> how many went: those older than BEFORE, and the oldest above KEEP
local function dead_prune(keys, args)
    local K = shard(keys)
    local old = call('ZRANGEBYSCORE', K.dead, '-inf', args[1], 'LIMIT', 0, CHUNK)
    if #old == 0 then
        local over = call('ZCARD', K.dead) - tonumber(args[2])
        if over > 0 then
            old = call('ZRANGE', K.dead, 0, math.min(over, CHUNK) - 1)
        end
    end
    return dead_drop(keys, old)
end

-- purser_dead OFFSET COUNT TASK QUEUE REASON -> { where to go on or -1, id, when, reason, envelope, … }
-- The newest first; those of the task and queue ("" for any) with REASON somewhere in their reason. Looks at 2,000 at most, so
-- that a rare one does not block Redis for long.
local FIND_MAX = 2000
local function dead(keys, args)
    local K, offset, count = shard(keys), tonumber(args[1]), tonumber(args[2])
    local task, queue, text = args[3] or '', args[4] or '', args[5] or ''
    local flat, reply = call('ZREVRANGE', K.dead, offset, offset + FIND_MAX - 1, 'WITHSCORES'), {-1}
    for i = 1, #flat, 2 do
        local id, why, envelope = flat[i], call('HGET', K.why, flat[i]) or '', call('HGET', K.job, flat[i]) or ''
        local job = parse(envelope) or {}
        if (task == '' or job.task == task) and (queue == '' or job.queue == queue) and find(why, text, 1, true) then
            for _, value in ipairs({id, flat[i + 1], why, envelope}) do
                reply[#reply + 1] = value
            end
        end
        offset = offset + 1
        if (#reply - 1) / 4 == count then
            break
        end
    end
    if #flat > 0 and offset < call('ZCARD', K.dead) then
        reply[1] = offset
    end
    return reply
end

-- purser_missing id… -> those of them that are not here
local function missing(keys, args)
    local K, reply = shard(keys), {}
    for i = 1, #args do
        if call('HEXISTS', K.job, args[i]) == 0 then
            reply[#reply + 1] = args[i]
        end
    end
    return reply
end

-- The envelope (docs/queue.md): a header of 100 bytes at fixed offsets, six texts, JSON that nobody here reads.

local function make_header_pattern()
    local hex = '[0-9a-f]'
    local time, hex4 = string.rep('%d', 13), string.rep(hex, 4)
    return '^PJ1(' .. hex .. ')(%d%d%d%d)(%d%d)(' .. time .. ')(' .. time .. ')(' .. time .. ')(' .. hex4 .. hex4 .. '%-' ..
           hex4 .. '%-' .. hex4 .. '%-' .. hex4 .. '%-' .. hex4 .. hex4 .. hex4 ..
           ')(%d%d)(%d%d)(%d%d)(%d%d%d)(%d%d%d)(%d%d)\n'
end

-- The same with less to take out: run_at, id, and the lengths as one text.
local function make_put_pattern()
    local hex = '[0-9a-f]'
    local digits, hex4 = string.rep('%d', 13), string.rep(hex, 4)
    return '^PJ1' .. hex .. '%d%d%d%d%d%d' .. digits .. '(' .. digits .. ')' .. digits .. '(' .. hex4 .. hex4 .. '%-' .. hex4 ..
           '%-' .. hex4 .. '%-' .. hex4 .. '%-' .. hex4 .. hex4 .. hex4 .. ')(' .. string.rep('%d', 14) .. ')\n'
end

local ENVELOPE_MAX = 65536

-- nil when the envelope is not well formed.
local function parse(envelope)
    if not envelope or #envelope > ENVELOPE_MAX then
        return nil
    end
    local flags, attempt, crashes, enqueued, run_at, deadline, id, t, q, l, u, m, p = match(envelope, HEADER)
    if not flags then
        return nil
    end
    t, q, l, u, m, p = 100 + t, tonumber(q), tonumber(l), tonumber(u), tonumber(m), tonumber(p)
    q = t + q
    l = q + l
    u = l + u
    m = m + u
    if m + p > #envelope or t == 100 or q == t then
        return nil
    end
    local job = {
        flags = tonumber(flags, 16), attempt = tonumber(attempt), crashes = tonumber(crashes),
        enqueued = tonumber(enqueued), run_at = tonumber(run_at), deadline = tonumber(deadline), id = id,
        task = sub(envelope, 101, t), queue = sub(envelope, t + 1, q), lane = sub(envelope, q + 1, l),
        unique = sub(envelope, l + 1, u), limit = sub(envelope, u + 1, m),
    }
    if find(job.queue, '[^a-z0-9_]') or find(job.task, '[^a-z0-9_]') then
        return nil
    end
    return job
end

-- The envelope with the changing part of its header as `job` has it now.
local function patched(envelope, job)
    return format('PJ1%x%04d%02d', job.flags, math.min(job.attempt, 9999), math.min(job.crashes, 99)) ..
           sub(envelope, 11, 23) .. format('%013d', job.run_at) .. sub(envelope, 37)
end

local function has_flag(job, flag)
    return floor(job.flags / flag) % 2 == 1
end

local function without_flag(job, flag)
    if has_flag(job, flag) then
        job.flags = job.flags - flag
    end
end

local function with_flag(job, flag)
    if not has_flag(job, flag) then
        job.flags = job.flags + flag
    end
end

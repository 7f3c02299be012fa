#!lua name=purser
-- The queue's Redis Function library; docs/queue.md describes keys, arguments and replies. The files of this folder are
-- joined in the order of their names. Every change of a job's state is one call of one function, so that no crash,
-- lost reply or full memory can leave a job without a home or with two.

-- Counted up with every change that callers can notice: a program never replaces a library that is newer than its own.
local LIBRARY_VERSION = 5

-- While a library loads Redis has no global but `redis.register_function`: what needs more is set by the first call.
local call, sub, find, match, format, floor, HEADER, PUT_HEADER

-- unpack puts its values on the Lua stack, which holds 8,000.
local CHUNK = 1000
local CRASHES_MAX = 3
local CRASH_PAUSE_MS = 2000
local FLAG_ALONE, FLAG_CANCELLED, FLAG_HOLDS, FLAG_MEMBER = 1, 2, 4, 8

-- The names of a shard's keys, from KEYS[1] = "{SHARD}:job".
local shards = {}
local function shard(keys)
    local K = shards[keys[1]]
    if K then
        return K
    end
    local prefix = sub(keys[1], 1, -4)
    K = {}
    for _, name in ipairs({'job', 'sched', 'dead', 'bell', 'uniq', 'control', 'weight', 'depth', 'queues', 'nodes',
                           'info', 'why', 'helds', 'bucket', 'unrecorded', 'marker'}) do
        K[name] = prefix .. name
    end
    for _, name in ipairs({'q', 'ring', 'in', 'hold', 'held', 'cancel'}) do
        K[name] = prefix .. name .. ':'
    end
    shards[keys[1]] = K
    return K
end

-- Calls `command key values…` in chunks that the stack can take; returns the last reply, or the replies joined.
local function each_chunk(command, key, values, joined)
    local n, reply = #values, nil
    if n <= CHUNK then
        return n > 0 and call(command, key, unpack(values)) or {}
    end
    local all = {}
    for i = 1, n, CHUNK do
        reply = call(command, key, unpack(values, i, math.min(i + CHUNK - 1, n)))
        if joined then
            for j = 1, #reply do
                all[#all + 1] = reply[j]
            end
        end
    end
    return joined and all or reply
end

-- Leases run on the server's clock, so that no dispatcher's clock can cost another its jobs; "0" asks for it. A
-- simulation gives its own time.
local function lease_now(given)
    if given ~= '0' then
        return tonumber(given)
    end
    local time = call('TIME')
    return tonumber(time[1]) * 1000 + floor(tonumber(time[2]) / 1000)
end

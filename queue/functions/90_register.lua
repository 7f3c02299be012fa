local function begin()
    call, sub, find, match, format, floor = redis.call, string.sub, string.find, string.match, string.format, math.floor
    HEADER = make_header_pattern()
    PUT_HEADER = make_put_pattern()
end

local function entry(name, callback, flags)
    redis.register_function({
        function_name = name,
        callback = function(keys, args)
            if not call then
                begin()
            end
            return callback(keys, args)
        end,
        flags = flags,
    })
end

-- put is the one function that Redis refuses when its memory is full: all others only move or remove, and must go on.
entry('purser_put', put, {})
entry('purser_swap', swap, {'allow-oom'})
entry('purser_beat', beat, {'allow-oom'})
entry('purser_ring', ring, {'allow-oom'})
entry('purser_requeue', requeue, {'allow-oom'})
entry('purser_begin', begin_alone, {'allow-oom'})
entry('purser_progress', progress, {'allow-oom'})
entry('purser_leave', leave, {'allow-oom'})
entry('purser_reap', reap, {'allow-oom'})
entry('purser_cancel', cancel, {'allow-oom'})
entry('purser_control', control, {'allow-oom'})
entry('purser_drain', drain, {'allow-oom'})
entry('purser_dead_retry', dead_retry, {'allow-oom'})
entry('purser_dead_drop', dead_drop, {'allow-oom'})
entry('purser_dead_prune', dead_prune, {'allow-oom'})
entry('purser_recorded', recorded, {'allow-oom'})
entry('purser_holding', holding, {'no-writes', 'allow-oom'})
entry('purser_states', states, {'no-writes', 'allow-oom'})
entry('purser_explain', explain, {'no-writes', 'allow-oom'})
entry('purser_dead', dead, {'no-writes', 'allow-oom'})
entry('purser_queues', queues, {'no-writes', 'allow-oom'})
entry('purser_depths', depths, {'no-writes', 'allow-oom'})
entry('purser_nodes', nodes, {'no-writes', 'allow-oom'})
entry('purser_unrecorded', unrecorded, {'no-writes', 'allow-oom'})
entry('purser_version', function()
    return LIBRARY_VERSION .. '-' .. LIBRARY_DIGEST
end, {'no-writes', 'allow-oom', 'allow-stale'})
entry('purser_missing', missing, {'no-writes', 'allow-oom'})

-- $1 id
SELECT json_build_object('id', id, 'task', task, 'queue', queue, 'user_id', user_id, 'state', state, 'attempt', attempt,
                         'enqueued_at', enqueued_at, 'started_at', started_at, 'finished_at', finished_at,
                         'progress_done', progress_done, 'progress_total', progress_total, 'result', result, 'error', error)::text
FROM job WHERE id = $1::uuid

-- One job of its owner's; its JSON lacks what only Redis knows. $1 job, $2 user, $3 whoever it belongs to
SELECT id, state, attempt, started_at,
       substr(json_build_object(
           'task', task, 'progress', json_build_object('done', progress_done, 'total', progress_total),
           'result', result, 'error', error, 'enqueued_at', time_text(enqueued_at),
           'finished_at', time_text(finished_at))::text, 2) AS rest
FROM job WHERE id = $1::uuid AND (user_id = $2::uuid OR $3::boolean)

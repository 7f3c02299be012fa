-- A page of jobs, newest first, as in job_get. $1 user, $2 before this id, $3 limit, $4 state or null ('accepted': unfinished)
SELECT id, state, attempt, started_at,
       substr(json_build_object(
           'task', task, 'progress', json_build_object('done', progress_done, 'total', progress_total),
           'result', result, 'error', error, 'enqueued_at', time_text(enqueued_at),
           'finished_at', time_text(finished_at))::text, 2) AS rest
FROM job
WHERE user_id = $1::uuid AND ($2::uuid IS NULL OR id < $2::uuid) AND ($4::text IS NULL OR state = $4::text)
ORDER BY id DESC LIMIT $3::bigint

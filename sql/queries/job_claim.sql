-- The exactly-once fence: finishes the unfinished among the ids and locks their rows until the effects commit. What is
-- not returned was final before. In id order, so that two deliveries of overlapping batches can't deadlock.
-- $1 ids, $2 tasks, $3 queues, $4 attempts before this one, $5 enqueued_at, $6 now
INSERT INTO job (id, task, queue, attempt, enqueued_at, state, started_at, finished_at)
SELECT id, task, queue, attempt + 1, enqueued_at, 'done', $6::timestamptz, $6::timestamptz
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[])
     AS new (id, task, queue, attempt, enqueued_at)
ORDER BY id
ON CONFLICT (id) DO UPDATE
SET state = 'done', attempt = excluded.attempt, started_at = excluded.started_at, finished_at = excluded.finished_at,
    envelope = NULL, error = NULL
WHERE job.state = 'accepted'
RETURNING id

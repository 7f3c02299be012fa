-- Members that are done, in the transaction of their effects; gives the envelopes of follow-ups that nothing is left
-- before, whose rows it inserts. $1 ids, $2 now
WITH gone AS (
    DELETE FROM job_member WHERE job_id = ANY ($1::uuid[]) RETURNING batch_id
), counts AS (
    SELECT batch_id, count(*) AS done FROM gone GROUP BY batch_id
), less AS (
    UPDATE job_batch SET pending = pending - counts.done FROM counts WHERE job_batch.id = counts.batch_id
    RETURNING job_batch.*
), started AS (
    INSERT INTO job (id, user_id, task, queue, envelope, enqueued_at)
    SELECT id, user_id, task, queue, envelope, $2::timestamptz FROM less WHERE pending = 0
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)
SELECT less.envelope FROM less JOIN started ON started.id = less.id

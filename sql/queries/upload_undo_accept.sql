-- Accepts the undoing of an upload with its job's row. No row: no such upload; status 409: it is not finished, or undone.
-- $1 user, $2 upload, $3 job, $4 task, $5 queue, $6 envelope, $7 now
WITH target AS (
    SELECT id, state FROM upload WHERE id = $2::uuid AND user_id = $1::uuid
), job AS (
    INSERT INTO job (id, user_id, task, queue, envelope, enqueued_at)
    SELECT $3::uuid, $1::uuid, $4::text, $5::text, $6::bytea, $7::timestamptz FROM target WHERE state IN ('done', 'failed')
    ON CONFLICT (id) DO NOTHING
)
SELECT CASE WHEN state IN ('done', 'failed') THEN 202 ELSE 409 END AS status,
       CASE WHEN state NOT IN ('done', 'failed') THEN 'the upload is ' || state END AS detail
FROM target

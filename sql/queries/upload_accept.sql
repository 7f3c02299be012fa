-- The file is whole: the upload waits for its job, whose row comes with it. $1 upload, $2 bytes, $3 job, $4 user,
-- $5 task, $6 queue, $7 envelope, $8 now
WITH accepted AS (
    UPDATE upload SET state = 'queued', bytes = $2::bigint, job_id = $3::uuid
    WHERE id = $1::uuid AND state = 'receiving' RETURNING *
), job AS (
    INSERT INTO job (id, user_id, task, queue, envelope, enqueued_at)
    SELECT $3::uuid, $4::uuid, $5::text, $6::text, $7::bytea, $8::timestamptz FROM accepted
    ON CONFLICT (id) DO NOTHING
)
SELECT upload_json(accepted)::text AS upload FROM accepted

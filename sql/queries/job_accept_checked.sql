-- As job_accept, for many requests at once: a job that names an account that is gone is left out and returned. What is
-- too large for an envelope stands in job_payload. $1 ids, $2 owners, $3 task, $4 queue, $5 envelopes, $6 enqueued_at,
-- $7 jobs that have a payload, $8 the payloads, $9 and $10 pairs of job and account
WITH refused AS (
    SELECT DISTINCT named.job FROM unnest($9::uuid[], $10::uuid[]) AS named (job, account)
    WHERE NOT EXISTS (SELECT FROM account WHERE id = named.account AND deleted_at IS NULL)
), accepted AS (
    INSERT INTO job (id, user_id, task, queue, envelope, enqueued_at)
    SELECT id, user_id, $3::text, $4::text, envelope, enqueued_at
    FROM unnest($1::uuid[], $2::uuid[], $5::bytea[], $6::timestamptz[]) AS new (id, user_id, envelope, enqueued_at)
    WHERE id NOT IN (SELECT job FROM refused)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), apart AS (
    INSERT INTO job_payload (job_id, body)
    SELECT job_id, body FROM unnest($7::uuid[], $8::text[]) AS new (job_id, body) JOIN accepted ON accepted.id = job_id
)
SELECT job FROM refused

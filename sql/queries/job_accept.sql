-- Accepts work: one row a job. A row that exists is left as it is, so that accepting twice is harmless.
-- $1 ids, $2 owners, $3 tasks, $4 queues, $5 envelopes, $6 enqueued_at
INSERT INTO job (id, user_id, task, queue, envelope, enqueued_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[])
ON CONFLICT (id) DO NOTHING

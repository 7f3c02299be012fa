-- $1 follow-up id, $2 user, $3 task, $4 queue, $5 envelope, $6 member ids, $7 now
WITH opened AS (
    INSERT INTO job_batch (id, user_id, task, queue, envelope, total, pending, opened_at)
    VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::bytea, cardinality($6::uuid[]), cardinality($6::uuid[]), $7::timestamptz)
    RETURNING id
)
INSERT INTO job_member (job_id, batch_id) SELECT member, id FROM opened, unnest($6::uuid[]) AS member

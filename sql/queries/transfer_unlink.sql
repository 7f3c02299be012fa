-- Both halves stay, as plain rows, which want sorting like others: by the job offered, unless one waits. An edit: undoing an
-- upload leaves them. $1 user, $2 transfer, $3 now, $4 not used, as in transfer_delete.sql, $5 job, $6 task, $7 queue, $8 envelope
WITH freed AS (
    UPDATE transaction SET transfer_id = NULL, edited = true, updated_at = $3::timestamptz, version = version + 1
    WHERE transfer_id = $2::uuid AND owner_is(user_id, $1::uuid) AND deleted_at IS NULL AND ($4::bigint IS NULL OR true)
    RETURNING id
), wanted AS MATERIALIZED (
    SELECT classify_want($1::uuid, $5::uuid) AS wants FROM (SELECT count(*) FROM freed) AS halves WHERE count > 0
), job AS (
    INSERT INTO job (id, task, queue, envelope, enqueued_at)
    SELECT $5::uuid, $6::text, $7::text, $8::bytea, $3::timestamptz FROM wanted WHERE wants
)
SELECT 204 AS status, wants AS accepted FROM wanted

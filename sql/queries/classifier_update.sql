-- What a person wants of his classifier, among his settings; then his rows want sorting anew. $1 user, $2 body, $3 now,
-- $4 target where none is set, $5 job, $6 task, $7 queue, $8 envelope
WITH changed AS (
    UPDATE app_user
    SET settings = jsonb_set(settings, '{classifier}',
                             CASE WHEN jsonb_typeof(settings -> 'classifier') = 'object' THEN settings -> 'classifier' ELSE '{}' END || $2::text::jsonb),
        version = version + 1, updated_at = $3::timestamptz
    WHERE id = $1::uuid AND deleted_at IS NULL
    RETURNING settings
), wanted AS MATERIALIZED (
    SELECT $2::text::jsonb ? 'target_precision' AND classify_want($1::uuid, $5::uuid) AS wants FROM changed
), job AS (
    INSERT INTO job (id, task, queue, envelope, enqueued_at)
    SELECT $5::uuid, $6::text, $7::text, $8::bytea, $3::timestamptz FROM wanted WHERE wants
)
SELECT json_build_object('target_precision', classifier_target(settings, $4::bigint) / 1000.0,
                         'share_labels', classifier_shares(settings))::text AS body,
       (SELECT wants FROM wanted) AS accepted
FROM changed

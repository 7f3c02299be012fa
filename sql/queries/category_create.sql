-- A child has its parent's kind; a parent that is not the user's: 422. The user's rows are sorted anew by the job offered,
-- unless one waits. $1 user, $2 id, $3 body, $4 now, $5 job, $6 task, $7 queue, $8 envelope
WITH posted AS (
    SELECT body, parent.id AS parent_id, coalesce(parent.kind, body ->> 'kind') AS kind,
           body ->> 'parent_id' IS NULL OR parent.id IS NOT NULL AS is_allowed
    FROM (SELECT $3::text::jsonb AS body) AS posted
    LEFT JOIN category AS parent ON parent.id = (body ->> 'parent_id')::uuid AND parent.user_id = $1::uuid
), made AS (
    INSERT INTO category (id, user_id, parent_id, name, kind, color, created_at, updated_at)
    SELECT $2::uuid, $1::uuid, parent_id, body ->> 'name', kind, body ->> 'color', $4::timestamptz, $4::timestamptz
    FROM posted WHERE is_allowed
    ON CONFLICT (id) DO UPDATE SET id = excluded.id -- a repetition finds its own row
    RETURNING version::bigint AS etag, category_json(category)::text AS body, '/v1/categories/' || id AS location
), wanted AS MATERIALIZED (
    SELECT classify_want($1::uuid, $5::uuid) AS wants FROM made
), job AS (
    INSERT INTO job (id, task, queue, envelope, enqueued_at)
    SELECT $5::uuid, $6::text, $7::text, $8::bytea, $4::timestamptz FROM wanted WHERE wants
)
SELECT CASE WHEN is_allowed THEN 201 ELSE 422 END AS status, made.etag, made.body, made.location,
       CASE WHEN NOT is_allowed THEN '/parent_id' END AS pointer,
       CASE WHEN NOT is_allowed THEN 'is not a category of yours' END AS detail,
       coalesce((SELECT wants FROM wanted), false) AS accepted
FROM posted LEFT JOIN made ON true

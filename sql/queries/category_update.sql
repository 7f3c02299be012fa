-- Changes what the body names; parent_id null makes it a root. A parent that is not the user's, or lies below the
-- category itself, leaves the row as it is: 422. What says something about the rows that belong here (not the color) has the
-- user's rows sorted anew by the job offered, unless one waits.
-- $1 user, $2 id, $3 body, $4 now, $5 version or null, $6 job, $7 task, $8 queue, $9 envelope
WITH RECURSIVE posted AS (
    SELECT $3::text::jsonb AS body
), target AS (
    SELECT id, version = coalesce($5::bigint, version) AS is_current FROM category
    WHERE id = $2::uuid AND user_id = $1::uuid FOR UPDATE
), below AS (
    SELECT id FROM target
    UNION ALL
    SELECT category.id FROM category JOIN below ON category.parent_id = below.id
), changed AS (
    UPDATE category
    SET name = coalesce(body ->> 'name', name),
        kind = coalesce(body ->> 'kind', kind),
        color = CASE WHEN body ? 'color' THEN body ->> 'color' ELSE color END,
        parent_id = CASE WHEN body ? 'parent_id' THEN (body ->> 'parent_id')::uuid ELSE parent_id END,
        version = version + 1, updated_at = $4::timestamptz
    FROM target, posted
    WHERE category.id = target.id AND target.is_current
      AND (body ->> 'parent_id' IS NULL
           OR ((body ->> 'parent_id')::uuid NOT IN (SELECT id FROM below)
               AND EXISTS (SELECT FROM category AS parent
                           WHERE parent.id = (body ->> 'parent_id')::uuid AND parent.user_id = $1::uuid)))
    RETURNING category.id, category.version::bigint AS etag, category_json(category)::text AS json
), wanted AS MATERIALIZED (
    SELECT classify_want($1::uuid, $6::uuid) AS wants FROM changed, posted WHERE body ?| ARRAY['name', 'kind', 'parent_id']
), asked AS (
    INSERT INTO job (id, task, queue, envelope, enqueued_at)
    SELECT $6::uuid, $7::text, $8::text, $9::bytea, $4::timestamptz FROM wanted WHERE wants
)
SELECT CASE WHEN NOT target.is_current THEN 412 WHEN changed.id IS NULL THEN 422 ELSE 200 END AS status,
       CASE WHEN target.is_current AND changed.id IS NULL THEN '/parent_id' END AS pointer,
       CASE WHEN target.is_current AND changed.id IS NULL THEN 'must be another category of yours that is not below this one' END AS detail,
       changed.etag, changed.json AS body, coalesce((SELECT wants FROM wanted), false) AS accepted
FROM target LEFT JOIN changed USING (id)

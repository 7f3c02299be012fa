-- A new name goes to the transactions too. $1 user, $2 id, $3 body, $4 now, $5 version or null
WITH target AS (
    SELECT id, name AS old_name, version = coalesce($5::bigint, version) AS is_current FROM tag
    WHERE id = $2::uuid AND user_id = $1::uuid FOR UPDATE
), changed AS (
    UPDATE tag
    SET name = coalesce(body ->> 'name', name),
        color = CASE WHEN body ? 'color' THEN body ->> 'color' ELSE color END,
        version = version + 1, updated_at = $4::timestamptz
    FROM target, (SELECT $3::text::jsonb AS body) AS posted
    WHERE tag.id = target.id AND target.is_current
    RETURNING tag.id, tag.name, target.old_name, tag.version::bigint AS etag, tag_json(tag)::text AS json
), renamed AS (
    UPDATE transaction
    SET tags = array_replace(tags, changed.old_name, changed.name), version = version + 1, updated_at = $4::timestamptz
    FROM changed
    WHERE transaction.user_id = $1::uuid AND changed.name <> changed.old_name AND changed.old_name = ANY (tags)
)
SELECT CASE WHEN target.is_current THEN 200 ELSE 412 END AS status, changed.etag, changed.json AS body
FROM target LEFT JOIN changed USING (id)

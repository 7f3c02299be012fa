-- The tag, and its name on the transactions. $1 user, $2 id, $3 now, $4 version or null
WITH target AS (
    SELECT id, version = coalesce($4::bigint, version) AS is_current FROM tag
    WHERE id = $2::uuid AND user_id = $1::uuid FOR UPDATE
), gone AS (
    DELETE FROM tag USING target WHERE tag.id = target.id AND target.is_current RETURNING tag.name
), cleared AS (
    UPDATE transaction SET tags = array_remove(tags, gone.name), version = version + 1, updated_at = $3::timestamptz
    FROM gone WHERE transaction.user_id = $1::uuid AND gone.name = ANY (tags)
)
SELECT CASE WHEN is_current THEN 204 ELSE 412 END AS status FROM target

-- $1 user, $2 id, $3 now, $4 the version it must have, or null
WITH target AS (
    SELECT id, version = coalesce($4::bigint, version) AS is_current FROM budget
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), gone AS (
    UPDATE budget b SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz, version = b.version + 1
    FROM target WHERE b.id = target.id AND target.is_current
)
SELECT CASE WHEN is_current THEN 204 ELSE 412 END AS status FROM target

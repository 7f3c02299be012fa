-- $1 user, $2 id, $3 now, $4 version or null
WITH target AS (
    SELECT id, version = coalesce($4::bigint, version) AS is_current FROM rule
    WHERE user_id = $1::uuid AND id = $2::uuid AND $3::timestamptz IS NOT NULL FOR UPDATE
), gone AS (
    DELETE FROM rule USING target WHERE rule.id = target.id AND target.is_current
)
SELECT CASE WHEN is_current THEN 204 ELSE 412 END AS status FROM target

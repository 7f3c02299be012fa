-- Changes what is not null. $1 user, $2 version it must have, or null, $3 now, $4 username, $5 zone, $6 currency, $7 settings
WITH target AS (
    SELECT id, version = coalesce($2::bigint, version) AS is_current FROM app_user
    WHERE id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), changed AS (
    UPDATE app_user
    SET username = coalesce($4::text, username), timezone = coalesce($5::text, timezone),
        currency = coalesce($6::text, currency), settings = coalesce($7::text::jsonb, settings),
        version = version + 1, updated_at = $3::timestamptz
    FROM target WHERE app_user.id = target.id AND target.is_current
    RETURNING app_user.id, user_json(app_user)::text AS body, version AS etag
)
SELECT CASE WHEN is_current THEN 200 ELSE 412 END::bigint AS status, changed.body, changed.etag
FROM target LEFT JOIN changed USING (id)

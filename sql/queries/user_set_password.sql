-- A new password ends all other sessions. $1 user, $2 hash, $3 now, $4 the session that stays, or null
WITH ended AS (
    UPDATE session SET revoked_at = $3::timestamptz, revoked_why = 'password'
    WHERE user_id = $1::uuid AND revoked_at IS NULL AND id IS DISTINCT FROM $4::uuid
)
UPDATE app_user SET password_hash = $2::text, updated_at = $3::timestamptz
WHERE id = $1::uuid AND deleted_at IS NULL
RETURNING 204::bigint AS status

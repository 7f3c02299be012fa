-- The account of a person ends: no name, address or password stays, and no session. $1 user, $2 now
WITH ended AS (
    UPDATE session SET revoked_at = $2::timestamptz, revoked_why = 'deleted' WHERE user_id = $1::uuid AND revoked_at IS NULL
)
UPDATE app_user
SET deleted_at = $2::timestamptz, updated_at = $2::timestamptz, email = '', username = 'deleted', password_hash = '',
    settings = '{}', version = version + 1
WHERE id = $1::uuid AND deleted_at IS NULL
RETURNING 204::bigint AS status

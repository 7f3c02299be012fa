-- As user_set_password, for who holds the token of a right reset code. $1 hash of the token, $2 password hash, $3 now
WITH verified AS (
    UPDATE registration SET token_hash = NULL, token_expires_at = NULL
    WHERE token_hash = $1::bytea AND token_expires_at > $3::timestamptz AND purpose = 'reset'
    RETURNING email
), changed AS (
    UPDATE app_user SET password_hash = $2::text, updated_at = $3::timestamptz
    FROM verified WHERE app_user.email = verified.email AND deleted_at IS NULL
    RETURNING id
), ended AS (
    UPDATE session SET revoked_at = $3::timestamptz, revoked_why = 'password'
    FROM changed WHERE session.user_id = changed.id AND revoked_at IS NULL
)
SELECT 204::bigint AS status FROM changed

-- $1 session, $2 user, $3 now
UPDATE session SET revoked_at = coalesce(revoked_at, $3::timestamptz), revoked_why = coalesce(revoked_why, 'logout')
WHERE id = $1::uuid AND user_id = $2::uuid
RETURNING 204::bigint AS status

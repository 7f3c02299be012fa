-- Changes a refresh token for the next one; a token that comes a second time ends its session, since one of its two
-- holders is a thief. No row: it never was one. $1 hash of the old, $2 hash of the new, $3 now, $4 good until
WITH old AS (
    SELECT r.token_hash, r.session_id, s.user_id, u.role, r.used_at IS NOT NULL AS is_reused,
           r.used_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > $3::timestamptz AND u.deleted_at IS NULL AS is_good
    FROM session_refresh r JOIN session s ON s.id = r.session_id JOIN app_user u ON u.id = s.user_id
    WHERE r.token_hash = $1::bytea
    FOR UPDATE OF r
), used AS (
    UPDATE session_refresh SET used_at = $3::timestamptz FROM old WHERE session_refresh.token_hash = old.token_hash AND is_good
), fresh AS (
    INSERT INTO session_refresh (token_hash, session_id) SELECT $2::bytea, session_id FROM old WHERE is_good
), touched AS (
    UPDATE session
    SET last_used_at = CASE WHEN is_good THEN $3::timestamptz ELSE last_used_at END,
        expires_at = CASE WHEN is_good THEN $4::timestamptz ELSE expires_at END,
        revoked_at = CASE WHEN is_reused THEN coalesce(revoked_at, $3::timestamptz) ELSE revoked_at END,
        revoked_why = CASE WHEN is_reused THEN coalesce(revoked_why, 'reuse') ELSE revoked_why END
    FROM old WHERE session.id = old.session_id AND (is_good OR is_reused)
)
SELECT session_id, user_id, role, is_good, is_reused FROM old

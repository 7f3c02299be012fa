-- $1 session, $2 user, $3 now, $4 good until, $5 user agent, $6 hash of the refresh token
WITH made AS (
    INSERT INTO session (id, user_id, created_at, last_used_at, expires_at, user_agent)
    VALUES ($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $4::timestamptz, $5::text)
    ON CONFLICT (id) DO NOTHING
)
INSERT INTO session_refresh (token_hash, session_id) VALUES ($6::bytea, $1::uuid)

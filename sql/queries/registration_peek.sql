-- Whether a token still opens anything: asked before the work of hashing a password. $1 hash of the token, $2 now, $3 purpose
SELECT email FROM registration
WHERE token_hash = $1::bytea AND token_expires_at > $2::timestamptz AND purpose = $3::text

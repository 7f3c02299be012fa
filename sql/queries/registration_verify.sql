-- Tries a code; a right one becomes a token. No row: nothing was ever sent there.
-- $1 address, $2 purpose, $3 now, $4 hash of the code, $5 hash of the token, $6 token good until, $7 tries, $8 blocked until
UPDATE registration AS r
SET token_hash = CASE WHEN is_right THEN $5::bytea ELSE token_hash END,
    token_expires_at = CASE WHEN is_right THEN $6::timestamptz ELSE token_expires_at END,
    wrong_tries = CASE WHEN is_right THEN 0 ELSE wrong_tries + 1 END,
    code_hash = CASE WHEN is_right OR wrong_tries + 1 >= $7::bigint THEN NULL ELSE code_hash END,
    blocked_until = CASE WHEN NOT is_right AND wrong_tries + 1 = $7::bigint THEN $8::timestamptz ELSE blocked_until END
FROM (SELECT EXISTS (
          SELECT FROM registration
          WHERE email = $1::text AND purpose = $2::text AND code_hash = $4::bytea AND code_expires_at > $3::timestamptz
          FOR UPDATE) AS is_right) AS judged
WHERE r.email = $1::text AND r.purpose = $2::text
RETURNING coalesce(r.token_hash = $5::bytea, false)

-- The answer is known. $1 user, $2 key, $3 id of what was made, $4 status, $5 the sealed reply
UPDATE idempotency SET status = $4::bigint, reply = $5::bytea
WHERE user_id = $1::uuid AND key = $2::text AND effect_id = $3::uuid

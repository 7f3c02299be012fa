-- No answer to keep: the next with this key tries again, under the same id. $1 user, $2 key, $3 id, $4 now
UPDATE idempotency SET leased_until = $4::timestamptz
WHERE user_id = $1::uuid AND key = $2::text AND effect_id = $3::uuid AND status IS NULL

-- Reserves a key, or says what is under it. No row: another is reserving it this moment, ask again.
-- $1 user, $2 key, $3 hash of the request, $4 id of what it will make, $5 now, $6 leased until, $7 kept since
WITH mine AS (
    INSERT INTO idempotency AS i (user_id, key, request_hash, effect_id, created_at, leased_until)
    VALUES ($1::uuid, $2::text, $3::bytea, $4::uuid, $5::timestamptz, $6::timestamptz)
    ON CONFLICT (user_id, key) DO UPDATE
    SET leased_until = excluded.leased_until,
        request_hash = excluded.request_hash,
        effect_id = CASE WHEN i.created_at < $7::timestamptz THEN excluded.effect_id ELSE i.effect_id END,
        created_at = CASE WHEN i.created_at < $7::timestamptz THEN excluded.created_at ELSE i.created_at END,
        status = NULL, reply = NULL
    -- Too old to count, or left behind by a crash: then the same request goes on with the same id.
    WHERE i.created_at < $7::timestamptz
       OR (i.status IS NULL AND i.leased_until <= $5::timestamptz AND i.request_hash = excluded.request_hash)
    RETURNING effect_id
)
SELECT true AS is_mine, true AS is_same, effect_id, NULL::integer AS status, NULL::bytea AS reply FROM mine
UNION ALL
SELECT false, request_hash = $3::bytea, effect_id, status, reply FROM idempotency
WHERE user_id = $1::uuid AND key = $2::text AND NOT EXISTS (SELECT FROM mine)

-- Both halves become tombstones. $1 user, $2 transfer, $3 now, $4 not used: a transfer has no version of its own
WITH gone AS (
    UPDATE transaction SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz, version = version + 1
    WHERE transfer_id = $2::uuid AND owner_is(user_id, $1::uuid) AND deleted_at IS NULL AND ($4::bigint IS NULL OR true)
    RETURNING id
)
SELECT 204 AS status FROM gone LIMIT 1

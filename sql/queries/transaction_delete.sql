-- Leaves a tombstone, so that a re-upload knows it; both halves of a transfer go. $1 user, $2 id, $3 now, $4 version or null
WITH target AS (
    SELECT id, transfer_id, version = coalesce($4::bigint, version) AS is_current FROM transaction
    WHERE id = $2::uuid AND owner_is(user_id, $1::uuid) AND deleted_at IS NULL FOR UPDATE
), gone AS (
    UPDATE transaction t SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz, version = version + 1
    FROM target
    WHERE target.is_current AND t.deleted_at IS NULL AND (t.id = target.id OR t.transfer_id = target.transfer_id)
)
SELECT CASE WHEN is_current THEN 204 ELSE 412 END AS status FROM target

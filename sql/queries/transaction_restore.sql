-- Brings a tombstone back, with its other half when it was a transfer. It stands for its date of a rule again, unless that was
-- entered anew meanwhile. $1 user, $2 id, $3 now
WITH target AS (
    SELECT id, transfer_id FROM transaction WHERE id = $2::uuid AND owner_is(user_id, $1::uuid) AND deleted_at IS NOT NULL FOR UPDATE
), back AS (
    UPDATE transaction t
    SET deleted_at = NULL, recurring_id = CASE WHEN NOT recurring_is_entered(t) THEN t.recurring_id END, updated_at = $3::timestamptz, version = t.version + 1
    FROM target, account a
    WHERE (t.id = target.id OR t.transfer_id = target.transfer_id)
      AND a.id = t.account_id AND a.deleted_at IS NULL
    RETURNING t.*
)
SELECT back.version::bigint AS etag, transaction_json(back.*::transaction, a.exponent)::text AS body
FROM back JOIN target USING (id) JOIN account a ON a.id = back.account_id

-- Takes an account away; its transactions become tombstones, its recurring rules go with it. $1 user, $2 id, $3 now, $4 the version it must have, or null
WITH target AS (
    SELECT id, version = coalesce($4::bigint, version) AS is_current FROM account
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), gone AS (
    UPDATE account SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz, version = version + 1
    FROM target WHERE account.id = target.id AND target.is_current
    RETURNING account.id
), rules AS (
    UPDATE recurring_rule r SET deleted_at = $3::timestamptz, updated_at = $3::timestamptz, check_at = NULL, version = r.version + 1
    FROM gone WHERE r.account_id = gone.id AND r.deleted_at IS NULL
), transactions AS (
    -- The other half of a transfer stays, as a plain row.
    UPDATE transaction
    SET deleted_at = CASE WHEN transaction.account_id = gone.id THEN $3::timestamptz END,
        transfer_id = NULL, updated_at = $3::timestamptz, version = version + 1
    FROM gone
    WHERE transaction.deleted_at IS NULL
      AND (transaction.account_id = gone.id
           OR transaction.transfer_id IN (SELECT transfer_id FROM transaction AS half
                                          WHERE half.account_id = gone.id AND half.transfer_id IS NOT NULL))
)
SELECT CASE WHEN is_current THEN 204 ELSE 412 END AS status FROM target

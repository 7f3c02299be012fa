-- Changes a whole rule; what it entered stays. No row: not there. $1 user, $2 id, $3 the checked body, $4 now, $5 the version it
-- was checked against
WITH target AS (
    SELECT r AS rule, id, version = $5::bigint AS is_current FROM recurring_rule r
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), changed AS (
    UPDATE recurring_rule r
    SET account_id = n.account_id, amount = n.amount, description = n.description, payee = n.payee, memo = n.memo,
        category_id = n.category_id, tags = n.tags, split_amounts = n.split_amounts, split_categories = n.split_categories,
        split_memos = n.split_memos, rrule = n.rrule, start_date = n.start_date, first_date = n.first_date, weekend = n.weekend,
        catch_up = n.catch_up, estimate_last = n.estimate_last, end_total = n.end_total, state = n.state,
        next_nominal = n.next_nominal, next_posting = n.next_posting, next_due_at = n.next_due_at, check_at = n.check_at,
        version = r.version + 1, updated_at = $4::timestamptz
    FROM target CROSS JOIN LATERAL recurring_with(target.rule, $3::text::jsonb) AS n
    WHERE r.id = target.id AND target.is_current
    RETURNING r.id, r.version::bigint AS etag, recurring_json(r)::text AS json
)
SELECT CASE WHEN target.is_current THEN 200 ELSE 412 END AS status, changed.etag, changed.json AS body
FROM target LEFT JOIN changed USING (id)

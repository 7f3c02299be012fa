-- Changes what the body names. No row: not there. $1 user, $2 id, $3 body, $4 now, $5 the version it must have, or null
WITH target AS (
    SELECT id, version = coalesce($5::bigint, version) AS is_current FROM account
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), changed AS (
    UPDATE account
    SET name = coalesce(body ->> 'name', name),
        type = coalesce(body ->> 'type', type),
        opening_balance = coalesce((body ->> 'opening_minor')::bigint, opening_balance),
        version = version + 1, updated_at = $4::timestamptz
    FROM target, (SELECT $3::text::jsonb AS body) AS posted
    WHERE account.id = target.id AND target.is_current
    RETURNING account.id, account.version::bigint AS etag, account_json(account)::text AS json
)
SELECT CASE WHEN target.is_current THEN 200 ELSE 412 END AS status, changed.etag, changed.json AS body
FROM target LEFT JOIN changed USING (id)

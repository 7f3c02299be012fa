-- No row: not there. $1 user, $2 id, $3 the checked body, $4 now, $5 the version it must have, or null
WITH target AS (
    SELECT id, version = coalesce($5::bigint, version) AS is_current FROM budget
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), changed AS (
    UPDATE budget b
    SET amount = coalesce((body ->> 'minor')::bigint, b.amount), rollover = coalesce(body ->> 'rollover', b.rollover),
        cap = coalesce((body ->> 'cap_minor')::bigint, b.cap), start_date = coalesce((body ->> 'start')::date, b.start_date),
        version = b.version + 1, updated_at = $4::timestamptz
    FROM target, (SELECT $3::text::jsonb AS body) AS posted
    WHERE b.id = target.id AND target.is_current
    RETURNING b.id
), due AS (
    INSERT INTO budget_due (user_id) SELECT $1::uuid FROM changed ON CONFLICT (user_id) DO UPDATE SET times = budget_due.times + 1
)
SELECT CASE WHEN target.is_current THEN 200 ELSE 412 END AS status, NULL::text AS pointer, NULL::text AS detail, changed.id
FROM target LEFT JOIN changed USING (id)

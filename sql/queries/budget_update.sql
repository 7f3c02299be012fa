-- Another amount holds from the current period on; when the start is said too, for all periods from it on. No row: not there. $1 user, $2 id, $3 the checked body, $4 now, $5 the version it must have, or null
WITH target AS (
    SELECT id, version = coalesce($5::bigint, version) AS is_current FROM budget
    WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL FOR UPDATE
), posted AS (
    SELECT $3::text::jsonb AS body
), forgotten AS (
    DELETE FROM budget_amount a USING target, posted WHERE a.budget_id = target.id AND target.is_current AND body ? 'start'
), kept AS ( -- the first change in a period: what held before it
    INSERT INTO budget_amount (budget_id, before, amount)
    SELECT b.id, date_trunc(b.period, local_day($1::uuid, $4::timestamptz)::timestamp)::date, b.amount
    FROM target JOIN budget b USING (id), posted
    WHERE target.is_current AND (body ->> 'minor')::bigint <> b.amount AND NOT body ? 'start'
    ON CONFLICT DO NOTHING
), changed AS (
    UPDATE budget b
    SET amount = coalesce((body ->> 'minor')::bigint, b.amount), rollover = coalesce(body ->> 'rollover', b.rollover),
        cap = coalesce((body ->> 'cap_minor')::bigint, b.cap), start_date = coalesce((body ->> 'start')::date, b.start_date),
        version = b.version + 1, updated_at = $4::timestamptz
    FROM target, posted
    WHERE b.id = target.id AND target.is_current
    RETURNING b.id
), due AS (
    INSERT INTO budget_due (user_id) SELECT $1::uuid FROM changed ON CONFLICT (user_id) DO UPDATE SET times = budget_due.times + 1
)
SELECT CASE WHEN target.is_current THEN 200 ELSE 412 END AS status, NULL::text AS pointer, NULL::text AS detail, changed.id
FROM target LEFT JOIN changed USING (id)

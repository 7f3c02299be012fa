-- A category that is not the user's: 422. $1 user, $2 id, $3 the checked body, $4 now
WITH posted AS (
    SELECT body, c.id AS category_id FROM (SELECT $3::text::jsonb AS body) AS posted
    LEFT JOIN category c ON c.id = (body ->> 'category_id')::uuid AND c.user_id = $1::uuid
), made AS (
    INSERT INTO budget (id, user_id, category_id, amount, currency, exponent, period, rollover, cap, start_date, created_at, updated_at)
    SELECT $2::uuid, $1::uuid, category_id, (body ->> 'minor')::bigint, body ->> 'currency', (body ->> 'exponent')::smallint, body ->> 'period',
           body ->> 'rollover', coalesce((body ->> 'cap_minor')::bigint, 0),
           coalesce((body ->> 'start')::date, local_day($1::uuid, $4::timestamptz)), $4::timestamptz, $4::timestamptz
    FROM posted WHERE category_id IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET id = excluded.id -- a repetition finds its own row
    RETURNING id, version::bigint
), due AS (
    INSERT INTO budget_due (user_id) SELECT $1::uuid FROM made ON CONFLICT (user_id) DO UPDATE SET times = budget_due.times + 1
)
SELECT CASE WHEN posted.category_id IS NULL THEN 422 ELSE 201 END AS status,
       CASE WHEN posted.category_id IS NULL THEN '/category_id' END AS pointer,
       CASE WHEN posted.category_id IS NULL THEN 'is not a category of yours' END AS detail, made.id
FROM posted LEFT JOIN made ON true

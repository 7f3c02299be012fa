-- Income, expense and net of a month or year as the person's calendar has it, a row a currency in `data`; the person's own
-- currency (or the only one) also stands at the top.
-- $1 user, $2 period: current_month, last_month, current_year, last_year, $3 account, $4 with transfers, $5 with pending, $6 now
WITH bounds AS (
    SELECT CASE $2::text WHEN 'current_month' THEN month_of(today)
                         WHEN 'last_month' THEN (month_of(today) - interval '1 month')::date
                         WHEN 'current_year' THEN date_trunc('year', today::timestamp)::date
                         ELSE (date_trunc('year', today::timestamp) - interval '1 year')::date END AS first,
           CASE $2::text WHEN 'current_month' THEN (month_of(today) + interval '1 month')::date - 1
                         WHEN 'last_month' THEN month_of(today) - 1
                         WHEN 'current_year' THEN (date_trunc('year', today::timestamp) + interval '1 year')::date - 1
                         ELSE date_trunc('year', today::timestamp)::date - 1 END AS last
    FROM local_day($1::uuid, $6::timestamptz) AS today
), found AS (
    SELECT currency, max(exponent) AS exponent, sum(rows) AS count, sum(income) AS income, sum(expense) AS expense
    FROM bounds, counted($1::uuid, bounds.first, bounds.last, $3::uuid, $4::boolean, $5::boolean)
    GROUP BY currency
), used AS ( -- a person without rows in the period still gets zeros
    SELECT currency, exponent, 0 AS count, 0 AS income, 0 AS expense, currency = (SELECT currency FROM app_user WHERE id = $1::uuid) AS is_own
    FROM account WHERE user_id = $1::uuid AND deleted_at IS NULL AND ($3::uuid IS NULL OR id = $3::uuid)
    ORDER BY is_own DESC, created_at, id LIMIT 1
), all_of AS (
    SELECT * FROM found UNION ALL SELECT currency, exponent, count, income, expense FROM used WHERE NOT EXISTS (SELECT FROM found)
), shown AS (
    SELECT all_of.currency = (SELECT currency FROM app_user WHERE id = $1::uuid) AS is_own, currency,
           jsonb_build_object('period', $2::text, 'from', bounds.first, 'to', bounds.last, 'currency', currency, 'count', count)
           || flow_json(income, expense, exponent) AS json
    FROM all_of, bounds
)
SELECT (coalesce((SELECT json FROM shown ORDER BY is_own DESC, currency LIMIT 1),
                 jsonb_build_object('period', $2::text, 'from', bounds.first, 'to', bounds.last,
                                    'currency', (SELECT currency FROM app_user WHERE id = $1::uuid), 'count', 0,
                                    'income', '0.00', 'expense', '0.00', 'net', '0.00'))
        || jsonb_build_object('data', coalesce((SELECT jsonb_agg(json ORDER BY is_own DESC, currency) FROM shown), '[]')))::text AS body
FROM bounds
WHERE $3::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $3::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

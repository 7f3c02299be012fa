-- Income, expense and net of a month or year as the person's calendar has it, a row a currency in `data`; the person's own
-- currency (or the only one) also stands at the top.
-- $1 user, $2 period: current_month, last_month, current_year, last_year, $3 account, $4 with transfers, $5 with pending, $6 now,
-- $7 in this currency
WITH bounds AS (
    SELECT CASE $2::text WHEN 'current_month' THEN month_of(today)
                         WHEN 'last_month' THEN (month_of(today) - interval '1 month')::date
                         WHEN 'current_year' THEN date_trunc('year', today::timestamp)::date
                         ELSE (date_trunc('year', today::timestamp) - interval '1 year')::date END AS first,
           CASE $2::text WHEN 'current_month' THEN (month_of(today) + interval '1 month')::date - 1
                         WHEN 'last_month' THEN month_of(today) - 1
                         WHEN 'current_year' THEN (date_trunc('year', today::timestamp) + interval '1 year')::date - 1
                         ELSE date_trunc('year', today::timestamp)::date - 1 END AS last,
           currency_wanted($1::uuid, $7::text) AS target,
           currency_wanted($1::uuid, coalesce($7::text, 'user')) AS own
    FROM local_day($1::uuid, $6::timestamptz) AS today
), found AS (
    SELECT c.* FROM bounds, counted_in($1::uuid, bounds.first, bounds.last, $3::uuid, $4::boolean, $5::boolean, bounds.target) AS c
), summed AS (
    SELECT currency, max(exponent) AS exponent, sum(rows) AS count, sum(income) AS income, sum(expense) AS expense FROM found GROUP BY currency
), used AS ( -- a person without rows in the period still gets zeros, in a currency of his
    SELECT coalesce(bounds.target, (SELECT currency FROM account
                                    WHERE user_id = $1::uuid AND deleted_at IS NULL AND ($3::uuid IS NULL OR id = $3::uuid)
                                    ORDER BY currency = bounds.own DESC, created_at, id LIMIT 1), bounds.own) AS currency FROM bounds
), all_of AS (
    SELECT * FROM summed
    UNION ALL
    SELECT currency, currency_exponent(currency), 0, 0, 0 FROM used, bounds
    WHERE NOT EXISTS (SELECT FROM summed WHERE bounds.target IS NULL OR currency = bounds.target)
), shown AS (
    SELECT all_of.currency = bounds.own AS is_own, currency,
           jsonb_build_object('period', $2::text, 'from', bounds.first, 'to', bounds.last, 'currency', currency, 'count', count)
           || flow_json(income, expense, exponent) AS json
    FROM all_of, bounds
)
SELECT ((SELECT json FROM shown ORDER BY is_own DESC, currency LIMIT 1)
        || jsonb_build_object('data', (SELECT jsonb_agg(json ORDER BY is_own DESC, currency) FROM shown))
        || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object('missing_rates',
            coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]')) END)::text AS body
FROM bounds
WHERE $3::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $3::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

-- Each month of a year beside the same month of the year before. $1 user, $2 year (null: the current), $3 account,
-- $4 with transfers, $5 with pending, $6 now, $7 in this currency
WITH bounds AS (
    SELECT make_date(coalesce($2::bigint, extract(year FROM today)::bigint)::integer, 1, 1) AS first,
           currency_wanted($1::uuid, $7::text) AS target
    FROM local_day($1::uuid, $6::timestamptz) AS today
), found AS (
    SELECT c.*, month >= bounds.first AS is_this
    FROM bounds, counted_in($1::uuid, (bounds.first - interval '1 year')::date, (bounds.first + interval '1 year')::date - 1, $3::uuid,
                            $4::boolean, $5::boolean, bounds.target) AS c
), pairs AS (
    SELECT extract(month FROM month)::integer AS month, currency, exponent, coalesce(sum(income) FILTER (WHERE is_this), 0) AS income,
           coalesce(sum(expense) FILTER (WHERE is_this), 0) AS expense,
           coalesce(sum(income) FILTER (WHERE NOT is_this), 0) AS income_before,
           coalesce(sum(expense) FILTER (WHERE NOT is_this), 0) AS expense_before
    FROM found GROUP BY 1, 2, 3
)
SELECT (jsonb_build_object('year', extract(year FROM bounds.first)::integer, 'data', coalesce((
    SELECT jsonb_agg(jsonb_build_object('month', to_char(bounds.first + make_interval(months => month - 1), 'YYYY-MM'), 'currency', currency,
                                       'before', flow_json(income_before, expense_before, exponent),
                                       'change', flow_json(income - income_before, expense - expense_before, exponent))
                    || flow_json(income, expense, exponent) ORDER BY currency, month)
    FROM pairs), '[]'))
        || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object('currency', bounds.target, 'missing_rates',
            coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]')) END)::text AS body
FROM bounds
WHERE $3::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $3::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

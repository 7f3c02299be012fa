-- What came in and went out, month by month, with what was held before and after and the part of the income that was kept.
-- Transfers between one's own accounts are told apart. Missing bounds: the twelve months up to the current one. In one currency
-- flows are converted at the rate of their date, what is held at that of the month's last day; what lies between is `exchange`.
-- $1 user, $2 first day, $3 last day, $4 with pending, $5 now, $6 account, $7 in this currency
WITH bounds AS (
    SELECT coalesce(month_of($2::date), (month_of(coalesce($3::date, today)) - interval '11 months')::date) AS first,
           month_of(coalesce($3::date, greatest(today, $2::date))) AS last, currency_wanted($1::uuid, $7::text) AS target
    FROM local_day($1::uuid, $5::timestamptz) AS today
), held AS ( -- from the month before the first on: its end is the first one's opening
    SELECT h.* FROM bounds, held_in($1::uuid, (bounds.first - interval '1 month')::date, bounds.last, $6::uuid, $4::boolean, bounds.target) AS h
), flows AS (
    SELECT f.*, moved FROM bounds, (VALUES (true), (false)) AS kind (moved),
         counted_in($1::uuid, bounds.first, (bounds.last + interval '1 month')::date - 1, $6::uuid, moved, $4::boolean, bounds.target) AS f
), found AS (
    SELECT currency, lacking FROM held UNION ALL SELECT currency, lacking FROM flows
), flow AS ( -- with transfers less without them: the transfers
    SELECT month, currency, exponent, sum(income) FILTER (WHERE NOT moved) AS income, sum(expense) FILTER (WHERE NOT moved) AS expense,
           sum(income) FILTER (WHERE moved) AS all_in, sum(expense) FILTER (WHERE moved) AS all_out
    FROM flows GROUP BY 1, 2, 3
), ends AS (
    SELECT month, currency, exponent, sum(balance) AS closing FROM held GROUP BY 1, 2, 3
), series AS (
    SELECT month, currency, exponent, coalesce(closing, 0) AS closing,
           coalesce(lag(closing) OVER (PARTITION BY currency ORDER BY month), 0) AS opening,
           coalesce(income, 0) AS income, coalesce(expense, 0) AS expense,
           coalesce(all_in, 0) - coalesce(income, 0) AS moved_in, coalesce(all_out, 0) - coalesce(expense, 0) AS moved_out
    FROM ends FULL JOIN flow USING (month, currency, exponent)
)
SELECT (jsonb_build_object('data', coalesce((SELECT jsonb_agg(jsonb_build_object(
            'month', to_char(month, 'YYYY-MM'), 'currency', currency, 'opening', money_text(opening, exponent),
            'closing', money_text(closing, exponent), 'transfers_in', money_text(moved_in, exponent),
            'transfers_out', money_text(moved_out, exponent),
            'savings_rate', CASE WHEN income > 0 THEN round((income - expense) / income, 4)::text END)
            || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object(
                'exchange', money_text(closing - opening - (income - expense + moved_in - moved_out), exponent)) END
            || flow_json(income, expense, exponent) ORDER BY month, currency)
            FROM series WHERE month >= bounds.first), '[]'))
        || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object('currency', bounds.target, 'missing_rates',
            coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]')) END)::text AS body
FROM bounds
WHERE $6::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $6::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

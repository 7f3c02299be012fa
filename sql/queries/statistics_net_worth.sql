-- What a person's accounts hold at the end of each month: booked rows, transfers included; a row a month and currency, with
-- each account. Missing bounds: the twelve months up to the current one.
-- $1 user, $2 first day, $3 last day, $4 now, $5 in this currency, at the rate of the month's last day
WITH bounds AS (
    SELECT coalesce(month_of($2::date), (month_of(coalesce($3::date, today)) - interval '11 months')::date) AS first,
           month_of(coalesce($3::date, greatest(today, $2::date))) AS last, currency_wanted($1::uuid, $5::text) AS target
    FROM local_day($1::uuid, $4::timestamptz) AS today
), found AS (
    SELECT h.* FROM bounds, held_in($1::uuid, bounds.first, bounds.last, NULL, false, bounds.target) AS h
), worth AS (
    SELECT month, currency, exponent, sum(greatest(balance, 0)) AS assets, -sum(least(balance, 0)) AS liabilities, sum(balance) AS net,
           jsonb_agg(jsonb_build_object('account_id', account_id, 'balance', money_text(balance, exponent)) ORDER BY account_id) AS accounts
    FROM found GROUP BY month, currency, exponent
)
SELECT (jsonb_build_object('data', coalesce((SELECT jsonb_agg(jsonb_build_object(
            'month', to_char(month, 'YYYY-MM'), 'currency', currency, 'assets', money_text(assets, exponent),
            'liabilities', money_text(liabilities, exponent), 'net_worth', money_text(net, exponent), 'accounts', accounts)
            ORDER BY month, currency) FROM worth), '[]'))
        || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object('currency', bounds.target, 'missing_rates',
            coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]')) END)::text AS body
FROM bounds

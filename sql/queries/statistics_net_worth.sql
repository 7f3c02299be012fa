-- What a person's accounts hold at the end of each month: booked rows, transfers included; a row a month and currency, with
-- each account. Missing bounds: the twelve months up to the current one. $1 user, $2 first day, $3 last day, $4 now
WITH bounds AS (
    SELECT coalesce(month_of($2::date), (month_of(coalesce($3::date, today)) - interval '11 months')::date) AS first,
           month_of(coalesce($3::date, greatest(today, $2::date))) AS last
    FROM local_day($1::uuid, $4::timestamptz) AS today
), months AS (
    SELECT m::date AS month FROM bounds, generate_series(bounds.first, bounds.last, interval '1 month') AS m
), flows AS (
    SELECT account_id, greatest(month, (SELECT first FROM bounds)) AS month, sum(in_minor - out_minor) AS net
    FROM rollup WHERE user_id = $1::uuid AND NOT is_pending AND month <= (SELECT last FROM bounds)
    GROUP BY 1, 2
), held AS (
    SELECT months.month, a.id, a.currency, a.exponent::integer, a.opening_balance
           + sum(coalesce(flows.net, 0)) OVER (PARTITION BY a.id ORDER BY months.month) AS balance
    FROM months CROSS JOIN account a LEFT JOIN flows ON flows.account_id = a.id AND flows.month = months.month
    WHERE a.user_id = $1::uuid AND a.deleted_at IS NULL
), worth AS (
    SELECT month, currency, exponent, sum(greatest(balance, 0)) AS assets, -sum(least(balance, 0)) AS liabilities, sum(balance) AS net,
           json_agg(json_build_object('account_id', id, 'balance', money_text(balance, exponent)) ORDER BY id) AS accounts
    FROM held GROUP BY month, currency, exponent
)
SELECT json_build_object('data', coalesce(json_agg(json_build_object(
    'month', to_char(month, 'YYYY-MM'), 'currency', currency, 'assets', money_text(assets, exponent),
    'liabilities', money_text(liabilities, exponent), 'net_worth', money_text(net, exponent), 'accounts', accounts)
    ORDER BY month, currency), '[]'))::text AS body
FROM worth

-- What came in and went out, month by month, with what was held before and after and the part of the income that was kept.
-- Transfers between one's own accounts are told apart. Missing bounds: the twelve months up to the current one.
-- $1 user, $2 first day, $3 last day, $4 with pending, $5 now
WITH bounds AS (
    SELECT coalesce(month_of($2::date), (month_of(coalesce($3::date, today)) - interval '11 months')::date) AS first,
           month_of(coalesce($3::date, greatest(today, $2::date))) AS last
    FROM local_day($1::uuid, $5::timestamptz) AS today
), months AS (
    SELECT m::date AS month FROM bounds, generate_series(bounds.first, bounds.last, interval '1 month') AS m
), currencies AS (
    SELECT currency, max(exponent)::integer AS exponent, sum(opening_balance) AS opening
    FROM account WHERE user_id = $1::uuid AND deleted_at IS NULL GROUP BY currency
), flows AS (
    SELECT a.currency, greatest(r.month, bounds.first - 1) AS month,
           sum(r.in_minor) FILTER (WHERE NOT moved) AS income, sum(r.out_minor) FILTER (WHERE NOT moved) AS expense,
           sum(r.in_minor) FILTER (WHERE moved) AS moved_in, sum(r.out_minor) FILTER (WHERE moved) AS moved_out,
           sum(r.in_minor - r.out_minor) AS net
    FROM bounds, rollup r
    JOIN account a ON a.id = r.account_id AND a.deleted_at IS NULL
    LEFT JOIN category c ON c.id = r.category_id
    CROSS JOIN LATERAL (SELECT r.is_transfer OR coalesce(c.kind = 'transfer', false) AS moved) AS kind
    WHERE r.user_id = $1::uuid AND (NOT r.is_pending OR $4::boolean) AND r.month <= bounds.last
    GROUP BY 1, 2
), before AS (
    SELECT currency, net FROM flows, bounds WHERE flows.month < bounds.first
), series AS (
    SELECT m.month, c.currency, c.exponent, coalesce(f.income, 0) AS income, coalesce(f.expense, 0) AS expense,
           coalesce(f.moved_in, 0) AS moved_in, coalesce(f.moved_out, 0) AS moved_out, coalesce(f.net, 0) AS net,
           c.opening + coalesce(before.net, 0) + sum(coalesce(f.net, 0)) OVER (PARTITION BY c.currency ORDER BY m.month) AS closing
    FROM months m CROSS JOIN currencies c
    LEFT JOIN before ON before.currency = c.currency
    LEFT JOIN flows f ON f.currency = c.currency AND f.month = m.month
)
SELECT json_build_object('data', coalesce(json_agg(jsonb_build_object(
    'month', to_char(month, 'YYYY-MM'), 'currency', currency, 'opening', money_text(closing - net, exponent),
    'closing', money_text(closing, exponent), 'transfers_in', money_text(moved_in, exponent),
    'transfers_out', money_text(moved_out, exponent),
    'savings_rate', CASE WHEN income > 0 THEN round((income - expense) / income, 4)::text END)
    || flow_json(income, expense, exponent) ORDER BY month, currency), '[]'))::text AS body
FROM series

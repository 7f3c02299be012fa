-- What is to come, month by month from today on: what recurring rules will enter, and what is entered already for days ahead,
-- with what the accounts will hold. Transfers are told apart. In one currency: each at the latest rate up to its day.
-- $1 user, $2 months from the current one on, $3 account, $4 a row an account, $5 now, $6 in this currency; of the dates to come
-- $7 accounts, $8 days, $9 amounts, $10 are transfers
WITH bounds AS (
    SELECT today, month_of(today) AS first, (month_of(today) + make_interval(months => $2::bigint::integer))::date - 1 AS last,
           currency_wanted($1::uuid, $6::text) AS target
    FROM local_day($1::uuid, $5::timestamptz) AS today
), mine AS (
    SELECT a.id, a.currency, a.exponent::integer AS exponent, account_balance(a, bounds.today) AS balance
    FROM bounds, account a
    WHERE a.user_id = $1::uuid AND a.deleted_at IS NULL AND ($3::uuid IS NULL OR a.id = $3::uuid)
), entry AS (
    SELECT e.account_id, greatest(e.day, bounds.today) AS day, e.amount, e.is_transfer
    FROM bounds, unnest($7::uuid[], $8::date[], $9::bigint[], $10::boolean[]) AS e (account_id, day, amount, is_transfer)
    WHERE e.day <= bounds.last
    UNION ALL
    SELECT t.account_id, t.date, t.amount, t.transfer_id IS NOT NULL OR coalesce(c.kind = 'transfer', false)
    FROM bounds JOIN transaction t ON t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.status = 'booked'
                                  AND t.date > bounds.today AND t.date <= bounds.last
    LEFT JOIN category c ON c.id = t.category_id
), flow AS (
    SELECT m.id, m.currency, m.exponent, e.day, e.amount, e.is_transfer FROM entry e JOIN mine m ON m.id = e.account_id
), held AS (
    SELECT g.month::date AS month, m.id, m.currency, m.exponent, greatest((g.month + interval '1 month')::date - 1, bounds.today) AS day,
           m.balance + coalesce((SELECT sum(f.amount) FROM flow f WHERE f.id = m.id AND f.day < g.month + interval '1 month'), 0) AS closing
    FROM bounds, mine m, generate_series(bounds.first, bounds.last, interval '1 month') AS g (month)
    UNION ALL
    SELECT (bounds.first - interval '1 month')::date, id, currency, exponent, bounds.today, balance FROM bounds, mine
), rate AS MATERIALIZED (
    SELECT d.currency, d.day, r.num, r.den
    FROM bounds, (SELECT currency, exponent, day FROM flow UNION SELECT currency, exponent, day FROM held) AS d,
         fx_factor($1::uuid, d.currency, d.exponent, bounds.target, d.day) AS r
    WHERE d.currency <> bounds.target
), told AS (
    SELECT f.id, month_of(f.day) AS month, f.is_transfer, true AS is_flow, f.day, f.currency, f.exponent, f.amount::numeric AS minor FROM flow f
    UNION ALL
    SELECT h.id, h.month, false, false, h.day, h.currency, h.exponent, h.closing FROM held h
), found AS (
    SELECT t.id, t.month, t.is_transfer, t.is_flow, CASE WHEN r.num IS NULL THEN t.currency ELSE bounds.target END AS currency,
           CASE WHEN r.num IS NULL THEN t.exponent ELSE currency_exponent(bounds.target) END AS exponent,
           CASE WHEN r.num IS NULL THEN t.minor ELSE fx_round(t.minor * r.num, r.den) END AS minor,
           CASE WHEN r.currency IS NOT NULL AND r.num IS NULL THEN t.day END AS lacking
    FROM bounds, told t LEFT JOIN rate r ON r.currency = t.currency AND r.day = t.day
), summed AS (
    SELECT month, CASE WHEN $4::boolean THEN id END AS account_id, currency, max(exponent) AS exponent,
           count(*) FILTER (WHERE is_flow) AS count,
           coalesce(sum(greatest(minor, 0)) FILTER (WHERE is_flow AND NOT is_transfer), 0) AS income,
           coalesce(sum(greatest(-minor, 0)) FILTER (WHERE is_flow AND NOT is_transfer), 0) AS expense,
           coalesce(sum(greatest(minor, 0)) FILTER (WHERE is_flow AND is_transfer), 0) AS moved_in,
           coalesce(sum(greatest(-minor, 0)) FILTER (WHERE is_flow AND is_transfer), 0) AS moved_out,
           coalesce(sum(minor) FILTER (WHERE NOT is_flow), 0) AS closing
    FROM found GROUP BY 1, 2, 3
), series AS (
    SELECT *, coalesce(lag(closing) OVER (PARTITION BY account_id, currency ORDER BY month), 0) AS opening FROM summed
)
SELECT (jsonb_build_object('from', bounds.today, 'to', bounds.last, 'data', coalesce((SELECT jsonb_agg(
            jsonb_build_object('month', to_char(month, 'YYYY-MM'), 'currency', currency, 'count', count,
                               'opening', money_text(opening, exponent), 'closing', money_text(closing, exponent),
                               'transfers_in', money_text(moved_in, exponent), 'transfers_out', money_text(moved_out, exponent))
            || CASE WHEN $4::boolean THEN jsonb_build_object('account_id', account_id) ELSE '{}' END
            || flow_json(income, expense, exponent) ORDER BY month, currency, account_id)
            FROM series WHERE month >= bounds.first), '[]'))
        || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object('currency', bounds.target, 'missing_rates',
            coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]')) END)::text AS body
FROM bounds
WHERE $3::uuid IS NULL OR EXISTS (SELECT FROM mine)

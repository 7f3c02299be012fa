-- Who got the most of each currency, or paid it, under the name last written of those that are one (payee_key). Read from the rows
-- of the period: their number is the cost. Missing bounds: the current month.
-- $1 user, $2 first day, $3 last day, $4 account, $5 with transfers, $6 with pending, $7 now, $8 limit, $9 income instead, $10 in this currency
WITH bounds AS (
    SELECT coalesce($2::date, month_of(coalesce($3::date, today))) AS first,
           coalesce($3::date, (month_of(greatest(today, $2::date)) + interval '1 month')::date - 1) AS last,
           currency_wanted($1::uuid, $10::text) AS target
    FROM local_day($1::uuid, $7::timestamptz) AS today
), entry AS (
    SELECT payee_key(t.payee, t.description) AS key, btrim(coalesce(t.payee, t.description)) AS payee, t.currency, a.exponent::integer AS exponent, t.amount, t.date
    FROM bounds
    JOIN transaction t ON t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.date BETWEEN bounds.first AND bounds.last
    JOIN account a ON a.id = t.account_id
    LEFT JOIN category c ON c.id = t.category_id
    WHERE ($4::uuid IS NULL OR t.account_id = $4::uuid)
      AND ($5::boolean OR NOT (t.transfer_id IS NOT NULL OR coalesce(c.kind = 'transfer', false)))
      AND ($6::boolean OR t.status = 'booked')
), rate AS MATERIALIZED (
    SELECT d.currency, d.date, r.num, r.den
    FROM bounds, (SELECT DISTINCT currency, exponent, date FROM entry) d, fx_factor($1::uuid, d.currency, d.exponent, bounds.target, d.date) r
    WHERE d.currency <> bounds.target
), found AS (
    SELECT e.key, e.payee, e.date, CASE WHEN r.num IS NULL THEN e.currency ELSE bounds.target END AS currency,
           CASE WHEN r.num IS NULL THEN e.exponent ELSE currency_exponent(bounds.target) END AS exponent,
           CASE WHEN r.num IS NULL THEN e.amount ELSE fx_round(e.amount * r.num, r.den) END AS amount,
           CASE WHEN r.currency IS NOT NULL AND r.num IS NULL THEN e.date END AS lacking
    FROM bounds, entry e LEFT JOIN rate r ON r.currency = e.currency AND r.date = e.date
), payees AS ( -- a rank for each currency: amounts of two can't be compared
    SELECT (array_agg(payee ORDER BY date DESC, payee))[1] AS payee, currency, max(exponent) AS exponent, count(*) AS count, sum(greatest(amount, 0)) AS income, sum(greatest(-amount, 0)) AS expense,
           max(date) AS last_date,
           row_number() OVER (PARTITION BY currency
                              ORDER BY CASE WHEN $9::boolean THEN sum(greatest(amount, 0)) ELSE sum(greatest(-amount, 0)) END DESC, key) AS rank
    FROM found GROUP BY key, currency
)
SELECT (jsonb_build_object('from', bounds.first, 'to', bounds.last, 'data', coalesce((
    SELECT jsonb_agg(jsonb_build_object('payee', payee, 'currency', currency, 'count', count, 'last_date', last_date)
                     || flow_json(income, expense, exponent)
                     ORDER BY currency, rank)
    FROM payees WHERE rank <= $8::bigint), '[]'))
        || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object('currency', bounds.target, 'missing_rates',
            coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]')) END)::text AS body
FROM bounds
WHERE $4::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $4::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

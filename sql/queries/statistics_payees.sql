-- Who got the most, or paid it. Read from the rows of the period: their number is the cost. Missing bounds: the current month.
-- $1 user, $2 first day, $3 last day, $4 account, $5 with transfers, $6 with pending, $7 now, $8 limit, $9 income instead
WITH bounds AS (
    SELECT coalesce($2::date, month_of(coalesce($3::date, today))) AS first,
           coalesce($3::date, (month_of(greatest(today, $2::date)) + interval '1 month')::date - 1) AS last
    FROM local_day($1::uuid, $7::timestamptz) AS today
), found AS (
    SELECT coalesce(t.payee, t.description) AS payee, t.currency, max(a.exponent)::integer AS exponent, count(*) AS count,
           sum(greatest(t.amount, 0)) AS income, sum(greatest(-t.amount, 0)) AS expense, max(t.date) AS last_date
    FROM bounds
    JOIN transaction t ON t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.date BETWEEN bounds.first AND bounds.last
    JOIN account a ON a.id = t.account_id
    LEFT JOIN category c ON c.id = t.category_id
    WHERE ($4::uuid IS NULL OR t.account_id = $4::uuid)
      AND ($5::boolean OR NOT (t.transfer_id IS NOT NULL OR coalesce(c.kind = 'transfer', false)))
      AND ($6::boolean OR t.status = 'booked')
    GROUP BY 1, 2
    ORDER BY CASE WHEN $9::boolean THEN sum(greatest(t.amount, 0)) ELSE sum(greatest(-t.amount, 0)) END DESC, 1, 2
    LIMIT $8::bigint
)
SELECT (jsonb_build_object('from', bounds.first, 'to', bounds.last) || jsonb_build_object('data', coalesce((
    SELECT jsonb_agg(jsonb_build_object('payee', payee, 'currency', currency, 'count', count, 'last_date', last_date)
                     || flow_json(income, expense, exponent)
                     ORDER BY CASE WHEN $9::boolean THEN income ELSE expense END DESC, payee, currency)
    FROM found), '[]')))::text AS body
FROM bounds
WHERE $4::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $4::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

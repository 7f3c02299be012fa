-- What each category got and cost in a period, most moved first; `tree` is the sum with all below, share its part of all
-- that was spent in that currency. Missing bounds: the current month. No row when the account is not the user's.
-- $1 user, $2 first day, $3 last day, $4 account, $5 with transfers, $6 with pending, $7 now, $8 in this currency
WITH bounds AS (
    SELECT coalesce($2::date, month_of(coalesce($3::date, today))) AS first,
           coalesce($3::date, (month_of(greatest(today, $2::date)) + interval '1 month')::date - 1) AS last,
           currency_wanted($1::uuid, $8::text) AS target
    FROM local_day($1::uuid, $7::timestamptz) AS today
), found AS (
    SELECT c.* FROM bounds, counted_in($1::uuid, bounds.first, bounds.last, $4::uuid, $5::boolean, $6::boolean, bounds.target) AS c
), totals AS (
    SELECT coalesce(ancestor_id, found.category_id) AS category_id, currency, exponent,
           coalesce(sum(entries) FILTER (WHERE own), 0) AS count, coalesce(sum(income) FILTER (WHERE own), 0) AS income,
           coalesce(sum(expense) FILTER (WHERE own), 0) AS expense,
           sum(entries) AS tree_count, sum(income) AS tree_income, sum(expense) AS tree_expense
    FROM (SELECT found.*, ancestor_id, ancestor_id IS NOT DISTINCT FROM found.category_id OR ancestor_id IS NULL AS own
          FROM found LEFT JOIN category_above($1::uuid) AS above USING (category_id)) AS found
    GROUP BY 1, currency, exponent
), spent AS (
    SELECT currency, sum(expense) AS expense FROM found GROUP BY currency
)
SELECT (jsonb_build_object('from', bounds.first, 'to', bounds.last) || jsonb_build_object('data', coalesce((
    SELECT jsonb_agg(jsonb_build_object('category_id', category_id, 'name', c.name, 'parent_id', c.parent_id, 'kind', c.kind,
                                        'currency', currency, 'count', count,
                                        'share', CASE WHEN spent.expense > 0 THEN round(totals.expense / spent.expense, 4)::text END,
                                        'tree', jsonb_build_object('count', tree_count) || flow_json(tree_income, tree_expense, exponent))
                     || flow_json(income, totals.expense, exponent)
                     ORDER BY currency, tree_income + tree_expense DESC, category_id)
    FROM totals JOIN spent USING (currency) LEFT JOIN category c ON c.id = category_id), '[]'))
        || CASE WHEN bounds.target IS NULL THEN '{}' ELSE jsonb_build_object('currency', bounds.target, 'missing_rates',
            coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]')) END)::text AS body
FROM bounds
WHERE $4::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $4::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

-- The monthly series: a row a month and currency, and account or category where asked. Of categories `tree` is the sum with
-- all below. Missing bounds: the twelve months up to the current one. No row when the account is not the user's.
-- $1 user, $2 first day, $3 last day, $4 account, $5 by: null, 'account' or 'category', $6 with transfers, $7 with pending, $8 now,
-- $9 in this currency (fx_rates.sql: what has no rate stays as it is and is named)
WITH bounds AS ( -- `by` stands here so that the plan does not depend on it: as a constant the statement was planned anew at each call
    SELECT coalesce($2::date, (month_of(coalesce($3::date, today)) - interval '11 months')::date) AS first,
           coalesce($3::date, (month_of(today) + interval '1 month')::date - 1) AS last,
           currency_wanted($1::uuid, $9::text) AS target, $5::text AS by
    FROM local_day($1::uuid, $8::timestamptz) AS today
), found AS (
    SELECT c.* FROM bounds, counted_in($1::uuid, bounds.first, bounds.last, $4::uuid, $6::boolean, $7::boolean, bounds.target) AS c
), plain AS (
    SELECT month, CASE WHEN (SELECT by FROM bounds) = 'account' THEN account_id END AS account_id, NULL::uuid AS category_id, currency, exponent,
           sum(rows) AS count, sum(income) AS income, sum(expense) AS expense, NULL::text AS tree
    FROM found WHERE (SELECT by FROM bounds) IS DISTINCT FROM 'category'
    GROUP BY 1, 2, currency, exponent
), trees AS (
    SELECT month, NULL::uuid, coalesce(ancestor_id, found.category_id), currency, exponent,
           coalesce(sum(entries) FILTER (WHERE own), 0), coalesce(sum(income) FILTER (WHERE own), 0),
           coalesce(sum(expense) FILTER (WHERE own), 0),
           '{"count":' || sum(entries) || ',' || flow_text(sum(income), sum(expense), exponent) || '}'
    FROM (SELECT found.*, ancestor_id, ancestor_id IS NOT DISTINCT FROM found.category_id OR ancestor_id IS NULL AS own
          FROM found LEFT JOIN category_above($1::uuid) AS above USING (category_id)
          WHERE (SELECT by FROM bounds) = 'category') AS found
    GROUP BY 1, 3, currency, exponent
), series AS (
    SELECT * FROM plain UNION ALL SELECT * FROM trees
)
SELECT '{"data":[' || coalesce((
    SELECT string_agg('{"month":"' || to_char(month, 'YYYY-MM') || '","currency":"' || currency || '","count":' || count || ','
                      || flow_text(income, expense, exponent)
                      || CASE (SELECT by FROM bounds) WHEN 'account' THEN ',"account_id":"' || account_id || '"'
                                       WHEN 'category' THEN ',"category_id":' || coalesce('"' || category_id || '"', 'null') || ',"tree":' || tree
                                       ELSE '' END
                      || CASE WHEN $4::uuid IS NULL OR (SELECT by FROM bounds) = 'account' THEN '' ELSE ',"account_id":"' || $4::uuid || '"' END || '}',
                      ',' ORDER BY month, currency, account_id, category_id)
    FROM series), '') || ']'
       || coalesce(',"currency":"' || bounds.target || '","missing_rates":' || (
              coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_object('currency', currency, 'date', lacking)) FROM found WHERE lacking IS NOT NULL), '[]'))::text, '') || '}' AS body
FROM bounds
WHERE $4::uuid IS NULL OR EXISTS (SELECT FROM account WHERE id = $4::uuid AND user_id = $1::uuid AND deleted_at IS NULL)

-- The answer of a list of transactions, of `rows` (date, id, row), which has one more than the page when there is a next one.
, page AS (
    SELECT rows.date, rows.id, transaction_json(row, account.exponent) AS json,
           row_number() OVER (ORDER BY rows.date DESC, rows.id DESC) AS n
    FROM rows JOIN account ON account.id = (row).account_id
)
SELECT coalesce(json_agg(json ORDER BY n) FILTER (WHERE n <= $4::bigint), '[]')::text AS body,
       CASE WHEN count(*) > $4::bigint
            THEN (max(date) FILTER (WHERE n = $4::bigint))::text || chr(31) || (max(id::text) FILTER (WHERE n = $4::bigint)) END AS next
FROM page

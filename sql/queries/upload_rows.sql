-- A page of a file's rows in their order, of one fate or all. $1 user, $2 upload, $3 after this ordinal (text), $4 limit,
-- $5 fate or null
WITH own AS (
    SELECT upload.id, upload.account_id, account.currency, account.exponent
    FROM upload JOIN account ON account.id = upload.account_id
    WHERE upload.id = $2::uuid AND upload.user_id = $1::uuid
), noted AS (
    SELECT r.ordinal, json_build_object(
        'line', r.line, 'offset', r.byte_offset, 'fate', r.fate, 'reason', r.reason, 'transaction_id', r.transaction_id,
        'date', coalesce(t.date, r.date), 'amount', money_text(coalesce(t.amount, r.amount), own.exponent),
        'currency', own.currency, 'description', coalesce(t.description, r.description)) AS json
    FROM own
    JOIN upload_row r ON r.upload_id = own.id
    LEFT JOIN transaction t ON t.id = r.transaction_id
    WHERE ($5::text IS NULL OR r.fate = $5::text) AND ($3::text IS NULL OR r.ordinal > $3::text::bigint)
    ORDER BY r.ordinal LIMIT $4::bigint + 1
), stored AS (
    SELECT t.upload_ordinal AS ordinal, json_build_object(
        'line', t.upload_line, 'offset', t.upload_offset, 'fate', 'inserted', 'reason', NULL, 'transaction_id', t.id,
        'date', t.date, 'amount', money_text(t.amount, own.exponent), 'currency', own.currency,
        'description', t.description) AS json
    FROM own
    JOIN transaction t ON t.upload_id = own.id
    WHERE ($5::text IS NULL OR $5::text = 'inserted') AND ($3::text IS NULL OR t.upload_ordinal > $3::text::bigint)
      AND NOT EXISTS (SELECT FROM upload_row r WHERE r.upload_id = own.id AND r.ordinal = t.upload_ordinal)
    ORDER BY t.upload_ordinal LIMIT $4::bigint + 1
), page AS (
    SELECT ordinal, json, row_number() OVER (ORDER BY ordinal) AS n
    FROM (SELECT * FROM noted UNION ALL SELECT * FROM stored) AS rows
    ORDER BY ordinal LIMIT $4::bigint + 1
)
SELECT coalesce(json_agg(page.json ORDER BY n) FILTER (WHERE n <= $4::bigint), '[]')::text AS body,
       CASE WHEN count(page.n) > $4::bigint THEN (max(ordinal) FILTER (WHERE n = $4::bigint))::text END AS next
FROM own LEFT JOIN page ON true
GROUP BY own.id

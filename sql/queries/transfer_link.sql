-- Makes two rows of the user's one transfer. No row: one of them is not there. 409: one is in a transfer already; 422: they
-- are no pair. An edit: undoing an upload leaves them. $1 user, $2 transfer, $3 and $4 the rows, $5 now
WITH pair AS MATERIALIZED (
    SELECT t.id, t.account_id, t.amount, t.currency, t.transfer_id, a.exponent
    FROM transaction t JOIN account a ON a.id = t.account_id
    WHERE t.id IN ($3::uuid, $4::uuid) AND owner_is(t.user_id, $1::uuid) AND t.deleted_at IS NULL
    FOR UPDATE OF t
), judged AS (
    SELECT CASE WHEN bool_and(transfer_id = $2::uuid) THEN 200 -- a repetition finds its own
                WHEN count(transfer_id) > 0 THEN 409
                WHEN count(DISTINCT account_id) <> 2 OR min(sign(amount)) >= 0 OR max(sign(amount)) <= 0
                  OR (count(DISTINCT currency) = 1 AND sum(amount) <> 0) THEN 422
                ELSE 201 END AS verdict
    FROM pair HAVING count(*) = 2
), linked AS (
    UPDATE transaction t
    SET transfer_id = $2::uuid, edited = true, version = t.version + 1, updated_at = $5::timestamptz
    FROM pair, judged WHERE t.id = pair.id AND judged.verdict = 201
    RETURNING t.*
), shown AS (
    SELECT json_agg(transaction_json(linked.*::transaction, pair.exponent) ORDER BY linked.amount) AS transactions
    FROM linked JOIN pair USING (id) HAVING count(*) = 2
    UNION ALL
    SELECT json_agg(transaction_json(t, pair.exponent) ORDER BY t.amount)
    FROM judged, pair JOIN transaction t USING (id) WHERE judged.verdict = 200 HAVING count(*) = 2
)
SELECT CASE WHEN judged.verdict = 200 THEN 201 ELSE judged.verdict END AS status, '/v1/transfers/' || $2::uuid AS location,
       CASE judged.verdict WHEN 422 THEN '/transaction_ids' END AS pointer,
       CASE judged.verdict WHEN 409 THEN 'one of the transactions is in a transfer already'
            WHEN 422 THEN 'must be two accounts'' rows, one out and one in, that cancel out where their currency is the same' END AS detail,
       json_build_object('id', $2::uuid, 'transactions', shown.transactions)::text AS body
FROM judged LEFT JOIN shown ON true

-- Series of payments that may recur: of one account, one way, and the same words when digits and marks are left out. Not what
-- rules entered already, and not what a rule of the same account is for. $1 user, $2 from this date on, $3 least hits,
-- $4 most hits of a series, $5 most series
WITH entry AS (
    SELECT t.account_id, t.amount > 0 AS is_income, t.date, t.amount, t.description, t.payee, t.category_id,
           btrim(regexp_replace(lower(coalesce(t.payee, t.description)), '[^[:alpha:]]+', ' ', 'g')) AS words
    FROM transaction t
    WHERE t.user_id = $1::uuid AND t.deleted_at IS NULL AND t.date >= $2::date AND t.recurring_id IS NULL AND t.transfer_id IS NULL
      AND t.amount <> 0
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY account_id, is_income, words ORDER BY date DESC) AS n FROM entry WHERE words <> ''
), series AS (
    SELECT account_id, words, count(*) AS hits, string_agg((date - '1970-01-01'::date) || ' ' || amount, ' ' ORDER BY date) AS pairs,
           (array_agg(description ORDER BY date DESC))[1] AS description, (array_agg(payee ORDER BY date DESC))[1] AS payee,
           mode() WITHIN GROUP (ORDER BY category_id) AS category_id
    FROM numbered WHERE n <= $4::bigint
    GROUP BY account_id, is_income, words
    HAVING count(DISTINCT date) >= $3::bigint
    ORDER BY count(*) DESC, account_id, words LIMIT $5::bigint
)
SELECT s.account_id, a.currency, a.exponent::bigint, s.description, s.payee, s.category_id, s.pairs
FROM series s
JOIN account a ON a.id = s.account_id AND a.deleted_at IS NULL
WHERE NOT EXISTS (SELECT FROM recurring_rule r
                  WHERE r.user_id = $1::uuid AND r.account_id = s.account_id AND r.deleted_at IS NULL AND r.state <> 'ended'
                    AND btrim(regexp_replace(lower(coalesce(r.payee, r.description)), '[^[:alpha:]]+', ' ', 'g')) = s.words)

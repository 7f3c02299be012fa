-- Links rows of an upload with their other halves in other accounts: the opposite amount in the same currency, at most $3
-- days apart, both booked and in no transfer. Only where either is the only candidate of the other: two of a kind are left
-- to the person. Each row of such an amount is read once and counted in a window of days, and no two sets of rows are joined:
-- a look-up for each row would take for ever where thousands have the same amount. $1 upload, $2 user, $3 days, $4 now
WITH sought AS MATERIALIZED ( -- in the months of a row, its candidates, and their candidates
    SELECT DISTINCT month_of(t.date + step * $3::bigint::integer) AS month, sign * t.amount AS amount
    FROM transaction t, generate_series(-2, 2) AS step, (VALUES (1), (-1)) AS way (sign)
    WHERE t.upload_id = $1::uuid AND owner_is(t.user_id, $2::uuid) AND t.deleted_at IS NULL AND t.transfer_id IS NULL AND t.status = 'booked'
      AND t.amount <> 0 AND (SELECT count(*) > 1 FROM account WHERE user_id = $2::uuid)
), numbered AS MATERIALIZED (
    SELECT t.*, row_number() OVER () AS number
    FROM sought CROSS JOIN LATERAL (
        SELECT t.id, t.upload_id, t.account_id, t.currency, t.amount, t.date FROM transaction t
        WHERE amount_month(t.date) = sought.month AND t.user_id = $2::uuid AND t.amount = sought.amount
          AND t.deleted_at IS NULL AND t.transfer_id IS NULL AND t.status = 'booked'
        OFFSET 0) AS t
), counted AS ( -- how many candidates a row has, and the sum of their numbers: of one, its number
    SELECT id, upload_id, number,
           CASE WHEN amount < 0 THEN count(*) FILTER (WHERE amount > 0) OVER everywhere - count(*) FILTER (WHERE amount > 0) OVER here
                ELSE count(*) FILTER (WHERE amount < 0) OVER everywhere - count(*) FILTER (WHERE amount < 0) OVER here END AS candidates,
           CASE WHEN amount < 0 THEN sum(number) FILTER (WHERE amount > 0) OVER everywhere - coalesce(sum(number) FILTER (WHERE amount > 0) OVER here, 0)
                ELSE sum(number) FILTER (WHERE amount < 0) OVER everywhere - coalesce(sum(number) FILTER (WHERE amount < 0) OVER here, 0) END AS candidate
    FROM numbered
    WINDOW everywhere AS (PARTITION BY currency, abs(amount) ORDER BY date
                          RANGE BETWEEN make_interval(days => $3::bigint::integer) PRECEDING AND make_interval(days => $3::bigint::integer) FOLLOWING),
           here AS (PARTITION BY currency, abs(amount), account_id ORDER BY date
                    RANGE BETWEEN make_interval(days => $3::bigint::integer) PRECEDING AND make_interval(days => $3::bigint::integer) FOLLOWING)
), pair AS MATERIALIZED (
    SELECT array_agg(id) AS ids, gen_random_uuid() AS transfer_id
    FROM counted WHERE candidates = 1
    GROUP BY least(number, candidate), greatest(number, candidate)
    HAVING count(*) = 2 AND bool_or(upload_id = $1::uuid)
), linked AS (
    UPDATE transaction t SET transfer_id = pair.transfer_id, version = t.version + 1, updated_at = $4::timestamptz
    FROM pair, unnest(pair.ids) AS half WHERE t.id = half AND t.transfer_id IS NULL
)
SELECT count(*) AS transfers FROM pair

-- Links rows of an upload with their other halves in other accounts: the opposite amount in the same currency, at most $3
-- days apart, both booked and in no transfer. Only where either is the only candidate of the other: two of a kind are left
-- to the person. $1 upload, $2 user, $3 days (≤ 28: they touch three months at most), $4 now
WITH new AS MATERIALIZED (
    SELECT t.id, t.account_id, t.amount, t.currency, t.date FROM transaction t
    WHERE t.upload_id = $1::uuid AND coalesce(t.user_id = $2::uuid, false) -- not by an index: all of a user's rows are more
      AND t.deleted_at IS NULL AND t.transfer_id IS NULL
      AND t.status = 'booked' AND t.amount <> 0
), half AS MATERIALIZED (
    SELECT new.id, other.id AS other_id, other.account_id, other.amount, other.currency, other.date
    FROM new CROSS JOIN LATERAL (
        SELECT t.id, t.account_id, t.amount, t.currency, t.date, count(*) OVER () AS candidates
        FROM (SELECT * FROM transaction t
              WHERE t.user_id = $2::uuid AND t.amount = -new.amount AND t.deleted_at IS NULL
                AND amount_month(t.date) = ANY (ARRAY[month_of(new.date - $3::bigint::integer), month_of(new.date), month_of(new.date + $3::bigint::integer)])
                AND t.date BETWEEN new.date - $3::bigint::integer AND new.date + $3::bigint::integer
                AND t.transfer_id IS NULL AND t.status = 'booked' AND t.currency = new.currency
                AND t.account_id <> new.account_id
              LIMIT 2) AS t) AS other
    WHERE other.candidates = 1
), pair AS MATERIALIZED (
    SELECT half.id, half.other_id, gen_random_uuid() AS transfer_id
    FROM half CROSS JOIN LATERAL (
        SELECT count(*) AS candidates
        FROM (SELECT FROM transaction t
              WHERE t.user_id = $2::uuid AND t.amount = -half.amount AND t.deleted_at IS NULL
                AND amount_month(t.date) = ANY (ARRAY[month_of(half.date - $3::bigint::integer), month_of(half.date), month_of(half.date + $3::bigint::integer)])
                AND t.date BETWEEN half.date - $3::bigint::integer AND half.date + $3::bigint::integer
                AND t.transfer_id IS NULL AND t.status = 'booked' AND t.currency = half.currency
                AND t.account_id <> half.account_id
              LIMIT 2) AS t) AS back
    WHERE back.candidates = 1
), linked AS (
    UPDATE transaction t SET transfer_id = pair.transfer_id, version = t.version + 1, updated_at = $4::timestamptz
    FROM (SELECT id, transfer_id FROM pair UNION ALL SELECT other_id, transfer_id FROM pair) AS pair
    WHERE t.id = pair.id AND t.transfer_id IS NULL
)
SELECT count(*) AS transfers FROM pair

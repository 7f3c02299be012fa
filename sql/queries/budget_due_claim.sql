-- People to look at, for one hand-over; in the transaction that accepts the work. $1 how many
DELETE FROM budget_due
WHERE user_id = ANY (ARRAY(SELECT user_id FROM budget_due ORDER BY user_id LIMIT $1::bigint FOR UPDATE SKIP LOCKED))
RETURNING user_id

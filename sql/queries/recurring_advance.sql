-- Where locked rules go on. Arrays: $1 rules, $2 next nominal dates, $3 next posting dates, $4 when those are due, $5 when to look
-- next (each null: never), $6 ended. $7 now
UPDATE recurring_rule r
SET next_nominal = n.next_nominal, next_posting = n.next_posting, next_due_at = n.next_due_at, check_at = n.check_at,
    state = CASE WHEN n.ended THEN 'ended' ELSE r.state END, updated_at = CASE WHEN n.ended THEN $7::timestamptz ELSE r.updated_at END
FROM unnest($1::uuid[], $2::date[], $3::date[], $4::timestamptz[], $5::timestamptz[], $6::boolean[])
    AS n (id, next_nominal, next_posting, next_due_at, check_at, ended)
WHERE r.id = n.id

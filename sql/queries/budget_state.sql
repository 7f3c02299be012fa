-- Budgets with what is needed to say how they stand (ledger/budgets.h). `spents` are the periods' sums up to the current one;
-- `rules` are the recurring rules that will still enter something in it: "RRULE start next amount|…", dates as days since 1970.
-- $1 users, $2 one budget or null, $3 behind this id (text) or null, $4 limit, $5 now
SELECT b.id, b.user_id, b.category_id, c.name, b.amount, b.currency, b.exponent::bigint, b.period, b.rollover, b.cap, today.day,
       (SELECT string_agg(s.spent::text, ' ' ORDER BY s.first) FROM budget_series(b, today.day) s) AS spents,
       coalesce((SELECT -sum(t.amount) FROM transaction t
                 WHERE t.user_id = b.user_id AND t.deleted_at IS NULL AND t.recurring_id IS NOT NULL AND t.status = 'booked'
                   AND t.currency = b.currency AND t.date >= today.first AND t.date < today.behind
                   AND t.category_id IN (SELECT a.category_id FROM category_above(b.user_id) a WHERE a.ancestor_id = b.category_id)), 0)::bigint AS by_rules,
       coalesce((SELECT string_agg(concat_ws(' ', r.rrule, r.start_date - '1970-01-01'::date, r.next_nominal - '1970-01-01'::date, r.amount), '|')
                 FROM recurring_rule r JOIN account ra ON ra.id = r.account_id AND ra.currency = b.currency
                 WHERE r.user_id = b.user_id AND r.deleted_at IS NULL AND r.state = 'active' AND r.next_nominal < today.behind
                   AND r.category_id IN (SELECT a.category_id FROM category_above(b.user_id) a WHERE a.ancestor_id = b.category_id)), '') AS rules,
       budget_json(b)::text AS json, b.version::bigint
FROM budget b
LEFT JOIN category c ON c.id = b.category_id
CROSS JOIN LATERAL (
    SELECT day, date_trunc(b.period, day::timestamp)::date AS first,
           (date_trunc(b.period, day::timestamp) + CASE b.period WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || b.period)::interval END)::date AS behind
    FROM local_day(b.user_id, $5::timestamptz) AS day) AS today
WHERE b.user_id = ANY ($1::uuid[]) AND b.deleted_at IS NULL AND ($2::uuid IS NULL OR b.id = $2::uuid) AND ($3::text IS NULL OR b.id > $3::text::uuid)
ORDER BY b.id LIMIT $4::bigint

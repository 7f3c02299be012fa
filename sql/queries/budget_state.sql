-- Budgets with what is needed to say how they stand (ledger/budgets.h). `spents` are the periods' sums up to the current one,
-- `limits` what was allowed in each. `rules` are the recurring rules that will still enter something in it: "RRULE start next
-- amount weekend left dates…|…", dates as days since 1970, `left` of the total that it ends with (0: none), and the dates that are told
-- apart: those moved into the period or with another amount are summed in `told`.
-- $1 users, $2 one budget or null, $3 behind this id (text) or null, $4 limit, $5 now
SELECT b.id, b.user_id, b.category_id, c.name, b.amount, b.currency, b.exponent::bigint, b.period, b.rollover, b.cap, today.day,
       series.spents, series.limits,
       money_clamp(coalesce((SELECT -sum(s.amount)
                 FROM transaction t
                 CROSS JOIN LATERAL (
                     SELECT t.amount, t.category_id WHERE t.split_amounts IS NULL
                     UNION ALL
                     SELECT * FROM unnest(t.split_amounts, t.split_categories)
                 ) AS s (amount, category_id)
                 WHERE t.user_id = b.user_id AND t.deleted_at IS NULL AND t.recurring_id IS NOT NULL AND t.status = 'booked'
                   AND t.currency = b.currency AND t.date >= today.first AND t.date < today.behind
                   AND s.category_id IN (SELECT a.category_id FROM category_above(b.user_id) a WHERE a.ancestor_id = b.category_id)), 0)) AS by_rules,
       coalesce(rules.list, '') AS rules, money_clamp(coalesce(rules.told, 0)) AS told,
       budget_json(b)::text AS json, b.version::bigint
FROM budget b
LEFT JOIN category c ON c.id = b.category_id
CROSS JOIN LATERAL (
    SELECT day, date_trunc(b.period, day::timestamp)::date AS first,
           (date_trunc(b.period, day::timestamp) + CASE b.period WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || b.period)::interval END)::date AS behind
    FROM local_day(b.user_id, $5::timestamptz) AS day) AS today
CROSS JOIN LATERAL (
    SELECT string_agg(s.spent::text, ' ' ORDER BY s.first) AS spents, string_agg(budget_limit(b, s.first)::text, ' ' ORDER BY s.first) AS limits
    FROM budget_series(b, today.day) s) AS series
CROSS JOIN LATERAL (
    SELECT string_agg(concat_ws(' ', (r.rule).rrule, (r.rule).start_date - '1970-01-01'::date, (r.rule).next_nominal - '1970-01-01'::date, r.amount,
                                (r.rule).weekend, CASE WHEN (r.rule).end_total = 0 THEN 0 ELSE (r.rule).end_total - r.entered END, dates.apart), '|')
               FILTER (WHERE (r.rule).next_nominal < today.behind + 3) AS list,
           -sum(dates.told) AS told
    FROM budget_rules(b) r
    CROSS JOIN LATERAL (
        SELECT string_agg((o.nominal_date - '1970-01-01'::date)::text, ' ') FILTER (WHERE o.nominal_date >= (r.rule).next_nominal) AS apart,
               sum(coalesce(o.amount, r.amount)) FILTER (
                   WHERE (o.state = 'postponed' AND o.posting_date < today.behind)
                      OR (o.state = 'scheduled' AND o.nominal_date >= (r.rule).next_nominal AND o.nominal_date < today.behind)) AS told
        FROM recurring_occurrence o
        WHERE o.rule_id = (r.rule).id AND (o.nominal_date >= (r.rule).next_nominal OR o.state = 'postponed')) AS dates) AS rules
WHERE b.user_id = ANY ($1::uuid[]) AND b.deleted_at IS NULL AND ($2::uuid IS NULL OR b.id = $2::uuid) AND ($3::text IS NULL OR b.id > $3::text::uuid)
ORDER BY b.id LIMIT $4::bigint

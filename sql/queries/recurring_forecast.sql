-- What recurring_dates.sql gives, of all rules of a person that will still enter something: rows of one rule stand together.
-- From the first date that is not settled to a few days behind the last one asked for, since a weekend moves dates.
-- $1 user, $2 account or null, $3 months from the current one on, $4 now
SELECT r.rrule, r.start_date, r.first_date, r.weekend, r.state, r.amount, a.currency, a.exponent::bigint, u.timezone, r.next_nominal,
       r.end_total, CASE WHEN r.end_total = 0 THEN 0 ELSE coalesce(
           (SELECT sum(t.amount) FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL), 0)::bigint END AS entered,
       CASE WHEN r.estimate_last = 0 THEN '' ELSE coalesce((SELECT string_agg(amount::text, ' ') FROM (
           SELECT t.amount FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL
           ORDER BY t.recurring_date DESC LIMIT r.estimate_last) AS last), '') END AS last_amounts,
       bounds.today, bounds.first, bounds.last, r.version::bigint,
       o.nominal_date, o.state AS date_state, o.posting_date, o.due_at, o.amount AS date_amount, o.description, o.transaction_id,
       r.id, r.account_id, coalesce(c.kind = 'transfer', false) AS is_transfer
FROM recurring_rule r
JOIN app_user u ON u.id = r.user_id
JOIN account a ON a.id = r.account_id AND a.deleted_at IS NULL
LEFT JOIN category c ON c.id = r.category_id
CROSS JOIN LATERAL (
    SELECT today, (month_of(today) + make_interval(months => $3::bigint::integer))::date + 3 AS last,
           least(today, r.next_nominal, (SELECT min(o.nominal_date) FROM recurring_occurrence o WHERE o.rule_id = r.id AND o.state = 'postponed')) AS first
    FROM local_day($1::uuid, $4::timestamptz) AS today) AS bounds
LEFT JOIN recurring_occurrence o ON o.rule_id = r.id AND o.nominal_date BETWEEN bounds.first AND bounds.last
WHERE r.user_id = $1::uuid AND r.deleted_at IS NULL AND r.state = 'active' AND r.check_at IS NOT NULL
  AND ($2::uuid IS NULL OR r.account_id = $2::uuid)
ORDER BY r.id, o.nominal_date

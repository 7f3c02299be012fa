-- What recurring_dates.sql gives, of all rules of a person that will still enter something: rows of one rule stand together.
-- From the first date that is not settled to a few days behind the last one asked for, since a weekend moves dates.
-- $1 user, $2 account or null, $3 months from the current one on, $4 now
SELECT
\ir ../parts/recurring_dates.sql
     , r.id, r.account_id, coalesce(c.kind = 'transfer', false) AS is_transfer
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

-- A rule, and on each row one of the dates about which something is known (or none). $1 user, $2 rule, $3 first nominal date
-- (null: today), $4 last one (null: a year behind the first), $5 now
SELECT
\ir ../parts/recurring_dates.sql
FROM recurring_rule r
JOIN app_user u ON u.id = r.user_id
JOIN account a ON a.id = r.account_id
CROSS JOIN LATERAL (
    SELECT today, coalesce($3::date, today) AS first, coalesce($4::date, (coalesce($3::date, today) + interval '1 year')::date) AS last
    FROM local_day($1::uuid, $5::timestamptz) AS today) AS bounds
LEFT JOIN recurring_occurrence o ON o.rule_id = r.id AND o.nominal_date BETWEEN bounds.first AND bounds.last
WHERE r.id = $2::uuid AND r.user_id = $1::uuid AND r.deleted_at IS NULL
ORDER BY o.nominal_date

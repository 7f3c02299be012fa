-- What a job has to tell, and to whom and how. $1 job
SELECT u.email, u.timezone, coalesce(n.budget_mail, true) AS wants_mail, coalesce(n.quiet_from, -1)::bigint, coalesce(n.quiet_to, -1)::bigint,
       coalesce(n.webhook_url, ''), coalesce(n.webhook_secret, ''),
       a.budget_id, a.period, a.threshold, a.available, a.spent, a.forecast, b.currency, b.exponent::bigint, b.period AS period_kind,
       coalesce(c.name, 'a deleted category') AS category, a.created_at
FROM budget_alert a
JOIN budget b ON b.id = a.budget_id
JOIN app_user u ON u.id = a.user_id AND u.deleted_at IS NULL
LEFT JOIN notification n ON n.user_id = a.user_id
LEFT JOIN category c ON c.id = b.category_id
WHERE a.mail_job = $1::uuid
ORDER BY category, a.budget_id, a.threshold = 'forecast', a.threshold = '80'

-- What a job has to tell, and to whom. $1 job
SELECT u.email, u.timezone, coalesce(n.statement_mail, true), coalesce(n.quiet_from, -1)::bigint, coalesce(n.quiet_to, -1)::bigint,
       to_char(m.month, 'YYYY-MM') AS month, m.statement::text
FROM month_closed m
JOIN app_user u ON u.id = m.user_id AND u.deleted_at IS NULL
LEFT JOIN notification n ON n.user_id = m.user_id
WHERE m.mail_job = $1::uuid

-- Rules to work on, locked in the order of their ids, with what the work needs. $1 ids
SELECT r.id, r.rrule, r.start_date, r.weekend, r.catch_up, r.amount, r.estimate_last::bigint, r.end_total, r.next_nominal,
       u.timezone,
       CASE WHEN r.end_total = 0 THEN 0 ELSE coalesce(
           (SELECT sum(t.amount) FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL), 0)::bigint END AS entered,
       CASE WHEN r.estimate_last = 0 THEN '' ELSE coalesce((SELECT string_agg(amount::text, ' ') FROM (
           SELECT t.amount FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL
           ORDER BY t.recurring_date DESC LIMIT r.estimate_last) AS last), '') END AS last_amounts
FROM recurring_rule r
JOIN app_user u ON u.id = r.user_id AND u.deleted_at IS NULL
JOIN account a ON a.id = r.account_id AND a.deleted_at IS NULL
WHERE r.id = ANY ($1::uuid[]) AND r.state = 'active' AND r.deleted_at IS NULL
ORDER BY r.id
FOR NO KEY UPDATE OF r

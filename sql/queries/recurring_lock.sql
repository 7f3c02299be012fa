-- Rules to work on, locked in the order of their ids, with what the work needs. The rules come first whatever the planner
-- thinks of tables it has no statistics of. $1 ids
WITH r AS MATERIALIZED (
    SELECT * FROM recurring_rule
    WHERE id = ANY ($1::uuid[]) AND state = 'active' AND deleted_at IS NULL
    ORDER BY id FOR NO KEY UPDATE
)
SELECT r.id, r.rrule, r.start_date, r.weekend, r.catch_up, r.amount, r.estimate_last::bigint, r.end_total, r.next_nominal,
       owner.timezone,
       CASE WHEN r.end_total = 0 THEN 0 ELSE coalesce(
           (SELECT sum(t.amount) FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL), 0)::bigint END AS entered,
       CASE WHEN r.estimate_last = 0 THEN '' ELSE coalesce((SELECT string_agg(amount::text, ' ') FROM (
           SELECT t.amount FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL
           ORDER BY t.recurring_date DESC LIMIT r.estimate_last) AS last), '') END AS last_amounts
FROM r
CROSS JOIN LATERAL (SELECT timezone FROM app_user u WHERE u.id = r.user_id AND u.deleted_at IS NULL LIMIT 1) AS owner
CROSS JOIN LATERAL (SELECT FROM account a WHERE a.id = r.account_id AND a.deleted_at IS NULL LIMIT 1) AS account
ORDER BY r.id

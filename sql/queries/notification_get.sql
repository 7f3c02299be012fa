-- $1 user. Who never said anything gets the defaults.
SELECT coalesce(n.version, 0)::bigint AS etag, json_build_object(
    'budget_alert', json_build_object('mail', coalesce(n.budget_mail, true)),
    'monthly_statement', json_build_object('mail', coalesce(n.statement_mail, true)),
    'digest', coalesce(n.digest, 'none'), 'digest_at', minute_text(coalesce(n.digest_minute, 480::smallint)),
    'quiet', CASE WHEN n.quiet_from IS NOT NULL THEN json_build_object('from', minute_text(n.quiet_from), 'to', minute_text(n.quiet_to)) END,
    'webhook_url', n.webhook_url)::text AS body
FROM (SELECT $1::uuid AS user_id) AS person LEFT JOIN notification n USING (user_id)

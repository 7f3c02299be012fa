-- Who of these people wants one mail a day, when, in which zone, and who has a webhook. $1 users
SELECT u.id, u.timezone, coalesce(n.digest, 'none') = 'daily' AS is_daily, coalesce(n.digest_minute, 480)::bigint AS minute, n.webhook_url IS NOT NULL AS has_webhook
FROM app_user u LEFT JOIN notification n ON n.user_id = u.id
WHERE u.id = ANY ($1::uuid[]) AND u.deleted_at IS NULL

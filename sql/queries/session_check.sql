-- Which of these sessions are alive. $1 sessions, $2 now
SELECT s.id, s.user_id, u.role = 'admin' AS is_admin
FROM session s JOIN app_user u ON u.id = s.user_id
WHERE s.id = ANY ($1::uuid[]) AND s.revoked_at IS NULL AND s.expires_at > $2::timestamptz AND u.deleted_at IS NULL

-- Living sessions, newest first. $1 user, $2 now, $3 this session, $4 before this id, $5 limit
SELECT id, json_build_object('id', id, 'created_at', time_text(created_at), 'last_used_at', time_text(last_used_at),
                             'expires_at', time_text(expires_at), 'user_agent', user_agent, 'is_current', id = $3::uuid)::text
FROM session
WHERE user_id = $1::uuid AND revoked_at IS NULL AND expires_at > $2::timestamptz AND ($4::uuid IS NULL OR id < $4::uuid)
ORDER BY id DESC LIMIT $5::bigint

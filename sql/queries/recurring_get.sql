-- $1 user, $2 id
SELECT version::bigint AS etag, recurring_json(recurring_rule)::text AS body FROM recurring_rule
WHERE id = $2::uuid AND user_id = $1::uuid AND deleted_at IS NULL

-- $1 user, $2 id
SELECT version AS etag, rule_json(rule)::text AS body FROM rule WHERE user_id = $1::uuid AND id = $2::uuid

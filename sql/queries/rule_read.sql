-- Their rules that are switched on, in their order. $1 users
SELECT user_id, id, body::text, since FROM rule
WHERE user_id = ANY ($1::uuid[]) AND coalesce((body ->> 'enabled')::boolean, true)
ORDER BY user_id, position, id

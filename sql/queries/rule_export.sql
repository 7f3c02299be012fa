-- All rules in their order, their categories by name as well, so that another person or instance can take them. $1 user
SELECT json_build_object('rules', coalesce(json_agg(
           CASE WHEN c.id IS NULL THEN body ELSE jsonb_set(body, '{then,category}', to_jsonb(category_path(c.id))) END
           ORDER BY position, rule.id), '[]'))::text AS body
FROM rule LEFT JOIN category c ON c.id = (body #>> '{then,category_id}')::uuid AND c.user_id = rule.user_id
WHERE rule.user_id = $1::uuid

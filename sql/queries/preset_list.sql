-- $1 user
SELECT coalesce(json_agg(json_build_object('name', name, 'mapping', mapping, 'updated_at', time_text(updated_at)) ORDER BY name),
                '[]')::text AS body, NULL::text AS next
FROM mapping_preset WHERE user_id = $1::uuid

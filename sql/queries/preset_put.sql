-- $1 user, $2 name, $3 mapping, $4 now
INSERT INTO mapping_preset (user_id, name, mapping, updated_at)
VALUES ($1::uuid, $2::text, $3::text::jsonb, $4::timestamptz)
ON CONFLICT (user_id, name) DO UPDATE SET mapping = excluded.mapping, updated_at = excluded.updated_at
RETURNING json_build_object('name', name, 'mapping', mapping, 'updated_at', time_text(updated_at))::text AS body

-- No row: the parent is not the user's. A child has its parent's kind. $1 user, $2 id, $3 body, $4 now
INSERT INTO category (id, user_id, parent_id, name, kind, color, created_at, updated_at)
SELECT $2::uuid, $1::uuid, parent.id, body ->> 'name', coalesce(parent.kind, body ->> 'kind'), body ->> 'color',
       $4::timestamptz, $4::timestamptz
FROM (SELECT $3::text::jsonb AS body) AS posted
LEFT JOIN category AS parent ON parent.id = (body ->> 'parent_id')::uuid AND parent.user_id = $1::uuid
WHERE body ->> 'parent_id' IS NULL OR parent.id IS NOT NULL
RETURNING true AS is_current, category_json(category)::text

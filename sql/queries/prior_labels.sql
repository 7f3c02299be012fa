-- A page of what consenting people taught of default categories, person by person. $1 behind this person, $2 and this
-- revision, $3 limit
SELECT l.user_id, l.revision, l.description, c.slug
FROM label l
JOIN app_user u ON u.id = l.user_id
JOIN category c ON c.id = l.category_id
WHERE (l.user_id, l.revision) > ($1::uuid, $2::bigint) AND l.ended IS NULL AND c.slug IS NOT NULL
  AND classifier_shares(u.settings) AND u.deleted_at IS NULL
ORDER BY l.user_id, l.revision
LIMIT $3::bigint

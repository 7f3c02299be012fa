-- Their categories, each person's in the order of ids. $1 users
SELECT user_id, id, parent_id, name, kind, slug FROM category WHERE user_id = ANY ($1::uuid[]) ORDER BY user_id, id

-- $1 ids
SELECT id, state FROM job WHERE id = ANY ($1::uuid[])

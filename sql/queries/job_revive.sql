-- Dead jobs run again, from the first attempt. Gives those that were dead. $1 ids
UPDATE job SET state = 'accepted', attempt = 0, error = NULL, finished_at = NULL
WHERE id = ANY ($1::uuid[]) AND state = 'dead' AND envelope IS NOT NULL
RETURNING id

-- Whether an upload made the table so much larger that the planner's statistics say nothing of it. $1 upload
SELECT c.reltuples < 5 * u.inserted AS outgrows FROM upload u, pg_class c
WHERE u.id = $1::uuid AND c.oid = 'transaction'::regclass

-- The lock belongs to the session: it is free again when the leader's connection ends. $1 lock
SELECT pg_try_advisory_lock($1::bigint)

-- Held until the transaction ends. $1 person
SELECT 1 FROM pg_advisory_xact_lock(hashtextextended($1::uuid::text, 60))

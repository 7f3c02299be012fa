-- What autovacuum would do a minute later.
ANALYZE transaction

-- $1 made before
DELETE FROM idempotency WHERE created_at < $1::timestamptz

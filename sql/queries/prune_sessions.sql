-- $1 expired before
DELETE FROM session WHERE expires_at < $1::timestamptz

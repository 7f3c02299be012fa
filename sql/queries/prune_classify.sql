-- What runs over history changed: behind this they can be undone no more. $1 before
DELETE FROM classify_change WHERE at < $1::timestamptz

-- Runs over history that are older can be undone no more. $1 before
DELETE FROM classify_change WHERE at < $1::timestamptz

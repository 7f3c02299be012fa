-- Codes and tokens that nobody came for, once no rate limit needs their row. $1 last mailed before
DELETE FROM registration
WHERE sent[1] < $1::timestamptz AND (token_expires_at IS NULL OR token_expires_at < $1::timestamptz)
  AND (blocked_until IS NULL OR blocked_until < $1::timestamptz)

-- No row: it has another version. $1 user, $2 the checked body: minutes for times, the sealed secret; $3 version it must
-- have (0: nothing was ever said), or null
INSERT INTO notification AS n (user_id, budget_mail, statement_mail, digest, digest_minute, quiet_from, quiet_to, webhook_url, webhook_secret)
SELECT $1::uuid, coalesce((body ->> 'budget_mail')::boolean, true), coalesce((body ->> 'statement_mail')::boolean, true),
       coalesce(body ->> 'digest', 'none'), coalesce((body ->> 'digest_minute')::smallint, 480), (body ->> 'quiet_from')::smallint,
       (body ->> 'quiet_to')::smallint, body ->> 'webhook_url', body ->> 'webhook_secret'
FROM (SELECT $2::text::jsonb AS body) AS posted
WHERE coalesce($3::bigint, 0) = 0 OR EXISTS (SELECT FROM notification WHERE user_id = $1::uuid)
ON CONFLICT (user_id) DO UPDATE
SET budget_mail = CASE WHEN $2::text::jsonb ? 'budget_mail' THEN excluded.budget_mail ELSE n.budget_mail END,
    statement_mail = CASE WHEN $2::text::jsonb ? 'statement_mail' THEN excluded.statement_mail ELSE n.statement_mail END,
    digest = CASE WHEN $2::text::jsonb ? 'digest' THEN excluded.digest ELSE n.digest END,
    digest_minute = CASE WHEN $2::text::jsonb ? 'digest_minute' THEN excluded.digest_minute ELSE n.digest_minute END,
    quiet_from = CASE WHEN $2::text::jsonb ? 'quiet_from' THEN excluded.quiet_from ELSE n.quiet_from END,
    quiet_to = CASE WHEN $2::text::jsonb ? 'quiet_to' THEN excluded.quiet_to ELSE n.quiet_to END,
    webhook_url = CASE WHEN $2::text::jsonb ? 'webhook_url' THEN excluded.webhook_url ELSE n.webhook_url END,
    webhook_secret = CASE WHEN $2::text::jsonb ? 'webhook_url' THEN excluded.webhook_secret ELSE n.webhook_secret END,
    version = n.version + 1
WHERE n.version = coalesce($3::bigint, n.version)
RETURNING user_id

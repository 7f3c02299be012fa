-- $1 user, $2 id, $3 the checked body with exponent and opening_minor, $4 now
INSERT INTO account (id, user_id, name, type, currency, exponent, opening_balance, created_at, updated_at)
SELECT $2::uuid, $1::uuid, body ->> 'name', body ->> 'type', body ->> 'currency', (body ->> 'exponent')::smallint,
       coalesce((body ->> 'opening_minor')::bigint, 0), $4::timestamptz, $4::timestamptz
FROM (SELECT $3::text::jsonb AS body) AS posted
ON CONFLICT (id) DO UPDATE SET id = excluded.id -- a repetition finds its own row
RETURNING 201 AS status, version::bigint AS etag, account_json(account)::text AS body, '/v1/accounts/' || id AS location

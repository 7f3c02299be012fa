-- Makes a user of a verified address, with the account "Main" and the default categories. No row: the token is used up.
-- $1 hash of the token, $2 now, $3 user, $4 username, $5 password hash, $6 zone, $7 currency, $8 its exponent, $9 account,
-- $10 category ids, $11 their parents, $12 names, $13 kinds, $14 slugs
WITH verified AS (
    UPDATE registration SET token_hash = NULL, token_expires_at = NULL
    WHERE token_hash = $1::bytea AND token_expires_at > $2::timestamptz AND purpose = 'register'
    RETURNING email
), made AS (
    INSERT INTO app_user (id, email, username, password_hash, timezone, currency, created_at, updated_at)
    SELECT $3::uuid, email, $4::text, $5::text, $6::text, $7::text, $2::timestamptz, $2::timestamptz FROM verified
    RETURNING app_user.*
), main AS (
    INSERT INTO account (id, user_id, name, type, currency, exponent, created_at, updated_at)
    SELECT $9::uuid, id, 'Main', 'checking', $7::text, $8::bigint::smallint, $2::timestamptz, $2::timestamptz FROM made
), categories AS (
    INSERT INTO category (id, user_id, parent_id, name, kind, slug, created_at, updated_at)
    SELECT c.id, made.id, c.parent_id, c.name, c.kind, c.slug, $2::timestamptz, $2::timestamptz
    FROM made, unnest($10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::text[]) AS c (id, parent_id, name, kind, slug)
), learner AS (
    INSERT INTO classifier (user_id) SELECT id FROM made
)
SELECT 201::bigint AS status, user_json(made)::text AS body, version AS etag, '/v1/users/me' AS location FROM made

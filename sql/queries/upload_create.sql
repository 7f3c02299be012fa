-- Begins an upload into an account that is the user's; a mapping by name is looked up, and without one the account's
-- last is taken. No row: no such account. $1 user, $2 id, $3 account, $4 format, $5 mapping or null, $6 its name or null,
-- $7 reimport_deleted, $8 now
WITH facts AS (
    SELECT account.id AS account_id, account.currency, $6::text IS NOT NULL AND preset.name IS NULL AS is_unknown_preset,
           coalesce($5::text::jsonb, preset.mapping, account.mapping) AS mapping,
           coalesce($5::text::jsonb, preset.mapping) IS NOT NULL AS is_given
    FROM account LEFT JOIN mapping_preset AS preset ON preset.user_id = $1::uuid AND preset.name = $6::text
    WHERE account.id = $3::uuid AND account.user_id = $1::uuid AND account.deleted_at IS NULL
), made AS (
    INSERT INTO upload (id, user_id, account_id, state, format, mapping, mapping_given, reimport_deleted, created_at)
    SELECT $2::uuid, $1::uuid, account_id, 'receiving', $4::text, mapping, is_given, $7::boolean, $8::timestamptz
    FROM facts WHERE NOT is_unknown_preset
    ON CONFLICT (id) DO UPDATE SET id = excluded.id -- a repetition finds its own row
    RETURNING state
)
SELECT facts.mapping::text, facts.is_unknown_preset, made.state, facts.currency FROM facts LEFT JOIN made ON true

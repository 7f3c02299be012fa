-- What an upload into this account would be read by, for a dry run: as upload_create.sql, without a trace.
-- $1 user, $2 account, $3 mapping or null, $4 its name or null
SELECT coalesce($3::text::jsonb, preset.mapping, account.mapping)::text AS mapping,
       $4::text IS NOT NULL AND preset.name IS NULL AS is_unknown_preset, 'receiving' AS state, account.currency,
       coalesce($3::text::jsonb, preset.mapping) IS NOT NULL AS is_given
FROM account LEFT JOIN mapping_preset AS preset ON preset.user_id = $1::uuid AND preset.name = $4::text
WHERE account.id = $2::uuid AND account.user_id = $1::uuid AND account.deleted_at IS NULL

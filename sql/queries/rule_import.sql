-- $1 user, $2 rules as a JSON array, $3 ids for them, $4 whether they replace what is there, $5 now, $6 rules a person may have
SELECT status, pointer, detail, body::text AS body FROM rules_import($1::uuid, $2::text::jsonb, $3::uuid[], $4::boolean, $5::timestamptz, $6::bigint)

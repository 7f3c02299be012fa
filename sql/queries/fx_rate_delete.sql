-- Takes rates away. $1 person, or null for everybody's, $2 base, $3 quote, $4 first day, $5 last day
WITH gone AS (
    DELETE FROM fx_rate
    WHERE user_id IS NOT DISTINCT FROM $1::uuid AND base = $2::text AND quote = $3::text
      AND date BETWEEN coalesce($4::date, '-infinity') AND coalesce($5::date, 'infinity')
    RETURNING date
)
SELECT json_build_object('deleted', count(*))::text AS body FROM gone

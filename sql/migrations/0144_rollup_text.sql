-- A sum in words, for who is told that it was wrong; amounts in minor units.
CREATE FUNCTION rollup_text(entries bigint, rows bigint, in_minor numeric, out_minor numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN entries IS NULL THEN 'nothing' ELSE format('%s entries of %s rows, %s in, %s out', entries, rows, in_minor, out_minor) END
$$;

-- What makes two rows those of one payee: the same name, whatever its case and spaces. Where a bank names no payee its text
-- stands in, without the words that hold numbers of three digits or more: they are references, dates, terminals.
CREATE FUNCTION payee_key(payee text, description text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(btrim(regexp_replace(lower(coalesce(payee, regexp_replace(description, '\S*[0-9]{3,}\S*', ' ', 'g'))),
                                                '\s+', ' ', 'g')), ''), description)
$$;

-- The same words as before, found for a fifth of the time: translate() tries each of 32 marks at each character of the text,
-- and every row's words are found when it is stored, edited or sorted into a category (bench/ingest). The index on them
-- stays valid, since they are the same: tests/integration/test_listing.py.
CREATE OR REPLACE FUNCTION words_of(text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$SELECT to_tsvector('simple'::regconfig, regexp_replace(text COLLATE "C", '[!-/:-@\[-`{-~]', ' ', 'g'))$$;

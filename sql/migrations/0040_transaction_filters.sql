-- What makes the filters of GET /v1/transactions quick: sql/queries/transaction_list*.sql and transaction_search.sql; held by
-- tests/integration/test_plans.py, measured by bench/listing.py. Beside 1,100,000 rows they cost upload_store.sql, which
-- takes 16 µs a row without them: transaction_category 1 µs, transaction_amount 6, transaction_words 6; the others nothing.

CREATE EXTENSION IF NOT EXISTS btree_gin; -- a user's id beside words in one index; comes with PostgreSQL, needs no superuser

-- A row's words: runs of letters and digits in lower case, of description, payee and memo. Every ASCII mark parts words, so
-- that "PAYPAL*SPOTIFY" and "a/b" are two, whatever the parser would take for a host, a path or a tag.
CREATE FUNCTION words_of(text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$SELECT to_tsvector('simple'::regconfig, translate(text, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', '                                '))$$;
CREATE FUNCTION searched_text(description text, payee text, memo text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$SELECT description || ' ' || coalesce(payee, '') || ' ' || coalesce(memo, '')$$;

-- What q asks for: each of its words begins a word. NULL without a letter or digit.
CREATE FUNCTION words_query(q text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$SELECT string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':*', ' & ')::tsquery FROM unnest(words_of(q))$$;
-- Patterns that a row's text must be like as well: cheaper to look at than its words.
CREATE FUNCTION words_patterns(q text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $$SELECT coalesce(array_agg('%' || replace(lexeme, '\', '\\') || '%'), '{}') FROM unnest(words_of(q))$$;

-- A bound on amounts in minor units of each exponent from 0 to 4, rounded into the range, within bigint.
CREATE FUNCTION minors_from(amount text) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(least(greatest(ceil(amount::numeric * 10::numeric ^ e), -9223372036854775807), 9223372036854775807)::bigint ORDER BY e)
    FROM generate_series(0, 4) AS e WHERE amount IS NOT NULL
$$;
CREATE FUNCTION minors_to(amount text) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(least(greatest(floor(amount::numeric * 10::numeric ^ e), -9223372036854775807), 9223372036854775807)::bigint ORDER BY e)
    FROM generate_series(0, 4) AS e WHERE amount IS NOT NULL
$$;

-- Serves ?category= (transaction_list_category.sql), ?uncategorised=true (transaction_list_uncategorised.sql) and
-- category_delete.sql.
CREATE INDEX transaction_category ON transaction (user_id, category_id, date DESC, id DESC) WHERE deleted_at IS NULL;
-- Serves ?category= for rows with splits (transaction_list_category.sql).
CREATE INDEX transaction_split ON transaction (user_id, date DESC, id DESC) WHERE deleted_at IS NULL AND split_categories IS NOT NULL;
-- Serves ?status=pending (transaction_list_pending.sql).
CREATE INDEX transaction_pending ON transaction (user_id, date DESC, id DESC) WHERE deleted_at IS NULL AND status = 'pending';
-- Serves ?deleted=true (transaction_list_deleted.sql).
CREATE INDEX transaction_tombstone ON transaction (user_id, date DESC, id DESC) WHERE deleted_at IS NOT NULL;
-- Serves ?min=&max= (transaction_search.sql), and the search for the other half of a transfer (transfer_detect.sql).
CREATE INDEX transaction_amount ON transaction (user_id, amount, date, id) WHERE deleted_at IS NULL;
-- Serves ?tag= (transaction_search.sql), tag_update.sql and tag_delete.sql. Bank rows come without tags.
CREATE INDEX transaction_tags ON transaction USING gin (user_id, tags) WHERE deleted_at IS NULL AND tags <> '{}';
-- Serves ?q= (transaction_search.sql). New rows wait in its list of up to 64 MB, because merging each 4 MB of them at once
-- halves the speed of an upload; the job that follows an upload merges them (search_settle.sql).
CREATE INDEX transaction_words ON transaction USING gin (user_id, words_of(searched_text(description, payee, memo)))
    WITH (gin_pending_list_limit = 65536) WHERE deleted_at IS NULL;

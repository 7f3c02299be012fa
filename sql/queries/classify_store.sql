-- Writes a step of what was sorted, for those whose log is still what their model was made of, and of rows that nobody has
-- taken over meanwhile. Gives those people. A run over history ($12, its job) writes down what was there. Rows are locked
-- before the people's logs, as edits do it.
-- $1 users, $2 their revisions; for each row $3 id, $4 user, $5 category or null, $6 source, $7 confidence in thousandths or
-- null, $8 reasons (null: as they are), $9 tags to add as a JSON array or null, $10 payee or null; $11 sources that may be
-- overwritten, $12 job or null, $13 now
WITH before AS MATERIALIZED ( -- what was and what is to be side by side; LATERAL keeps it one index probe a row, whatever the planner believes
    SELECT t.*, set_category, source, permille, reasons, add_tags, set_payee
    FROM (SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[])
              AS r (id, owner, set_category, source, permille, reasons, add_tags, set_payee) ORDER BY id OFFSET 0) AS r
    CROSS JOIN LATERAL (
        SELECT t.id, t.user_id, t.category_id, t.category_source, t.category_confidence, t.category_reasons, t.tags, t.payee
        FROM transaction t
        WHERE t.id = r.id AND owner_is(t.user_id, r.owner) AND t.deleted_at IS NULL AND t.category_source = ANY ($11::text[])
        LIMIT 1 FOR UPDATE) AS t
), current AS MATERIALIZED (
    SELECT c.user_id FROM unnest($1::uuid[], $2::bigint[]) AS made (user_id, revision)
    JOIN classifier c ON c.user_id = made.user_id AND c.revision = made.revision
    WHERE (SELECT count(*) FROM before) >= 0
    ORDER BY c.user_id FOR SHARE OF c
), new AS MATERIALIZED (
    SELECT * FROM before
    WHERE user_id IN (SELECT user_id FROM current)
      AND (set_category IS NULL OR set_category IN (SELECT id FROM category WHERE user_id IN (SELECT user_id FROM current)))
), named AS (
    INSERT INTO tag (id, user_id, name, created_at, updated_at)
    SELECT DISTINCT ON (new.user_id, lower(name)) gen_random_uuid(), new.user_id, name, $13::timestamptz, $13::timestamptz
    FROM new, json_array_elements_text(new.add_tags::json) AS name WHERE new.add_tags IS NOT NULL
    ON CONFLICT DO NOTHING
), noted AS (
    INSERT INTO classify_change (job_id, transaction_id, user_id, category_id, category_source, category_confidence,
                                 category_reasons, tags, payee, set_category, set_source, at)
    SELECT $12::uuid, id, user_id, category_id, category_source, category_confidence, category_reasons, tags, payee, set_category,
           source, $13::timestamptz
    FROM new
    WHERE $12::uuid IS NOT NULL
    ON CONFLICT (job_id, transaction_id) DO UPDATE SET set_category = excluded.set_category, set_source = excluded.set_source
), stored AS (
    UPDATE transaction t
    SET category_id = new.set_category, category_source = new.source, category_confidence = (new.permille / 1000.0)::real,
        category_reasons = CASE WHEN new.reasons IS NULL THEN t.category_reasons ELSE nullif(new.reasons::jsonb, 'null') END,
        payee = coalesce(new.set_payee, t.payee),
        tags = CASE WHEN new.add_tags IS NULL THEN t.tags
                    ELSE t.tags || ARRAY(SELECT name FROM json_array_elements_text(new.add_tags::json) AS name WHERE name <> ALL (t.tags)) END,
        version = t.version + 1, updated_at = $13::timestamptz
    FROM new WHERE t.id = new.id
)
SELECT user_id FROM current

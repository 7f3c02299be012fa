-- What becomes of a date when its entry goes, and comes back.

-- A tombstone keeps saying which date it stood for, but no longer takes that date's place: it may be entered again.
DROP INDEX transaction_recurring;
-- Serves the average of the last amounts and the sum of all that a rule entered; keeps a date from being entered twice
-- even where an occurrence's row was lost.
CREATE UNIQUE INDEX transaction_recurring ON transaction (recurring_id, recurring_date) WHERE recurring_id IS NOT NULL AND deleted_at IS NULL;

-- A bank's row that meets an entry made by a rule takes it over (upload_store.sql); the occurrence is told here, and told again
-- when the upload is undone. An entry that its owner deletes leaves its date out; brought back it is what it was.
CREATE OR REPLACE FUNCTION recurring_met() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE recurring_occurrence
    SET state = CASE WHEN NEW.deleted_at IS NOT NULL THEN 'skipped' WHEN NEW.fingerprint IS NULL THEN 'posted' ELSE 'matched' END,
        transaction_id = CASE WHEN NEW.deleted_at IS NULL THEN NEW.id END, updated_at = NEW.updated_at
    WHERE rule_id = NEW.recurring_id AND nominal_date = NEW.recurring_date
      AND (transaction_id = NEW.id OR (OLD.deleted_at IS NOT NULL AND transaction_id IS NULL));
    RETURN NULL;
END $$;
DROP TRIGGER recurring_met ON transaction;
CREATE TRIGGER recurring_met AFTER UPDATE OF fingerprint, deleted_at ON transaction FOR EACH ROW
    WHEN (NEW.recurring_id IS NOT NULL AND ((OLD.fingerprint IS NULL) <> (NEW.fingerprint IS NULL)
                                            OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)))
    EXECUTE FUNCTION recurring_met();

-- Does another row stand for this one's date of a rule?
CREATE FUNCTION recurring_is_entered(t transaction) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT t.recurring_id IS NOT NULL AND EXISTS (
        SELECT FROM transaction other
        WHERE other.recurring_id = t.recurring_id AND other.recurring_date = t.recurring_date AND other.deleted_at IS NULL AND other.id <> t.id)
$$;

-- Who has deleted an entry, or its account, before this was so.
UPDATE recurring_occurrence o SET state = 'skipped', transaction_id = NULL
FROM transaction t WHERE t.id = o.transaction_id AND t.deleted_at IS NOT NULL AND o.state IN ('posted', 'matched');
UPDATE recurring_rule r SET deleted_at = a.deleted_at, check_at = NULL, version = r.version + 1
FROM account a WHERE a.id = r.account_id AND a.deleted_at IS NOT NULL AND r.deleted_at IS NULL;
-- And of categories that are gone.
UPDATE recurring_rule r SET category_id = NULL
WHERE category_id IS NOT NULL AND NOT EXISTS (SELECT FROM category c WHERE c.id = r.category_id);
UPDATE budget b SET deleted_at = b.updated_at
WHERE deleted_at IS NULL AND NOT EXISTS (SELECT FROM category c WHERE c.id = b.category_id);

-- Do two texts say the same, or one all that the other does? Only words count, not digits, marks or case: what a bank writes of
-- the same payment differs in these from month to month. (recurring_history.sql looks for series by the same words.)
CREATE FUNCTION same_words(one text, other text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(a) <> '' AND btrim(b) <> '' AND (position(a IN b) > 0 OR position(b IN a) > 0)
    FROM (SELECT ' ' || btrim(regexp_replace(lower(one), '[^[:alpha:]]+', ' ', 'g')) || ' ' AS a,
                 ' ' || btrim(regexp_replace(lower(other), '[^[:alpha:]]+', ' ', 'g')) || ' ' AS b) AS words
$$;

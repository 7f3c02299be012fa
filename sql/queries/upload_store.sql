-- Stores a step of a file's rows, each to its fate, and counts the fates.
-- $1 upload, $2 user, $3 account, $4 currency, $5 reimport_deleted, $6 now; arrays: $7 ids, $8 ordinals, $9 lines,
-- $10 offsets, $11 dates, $12 value dates, $13 amounts, $14 descriptions, $15 payees, $16 memos, $17 references,
-- $18 fingerprints, $19 occurrences, $20 days a row entered by hand may be away (≤ 28: they touch three months
-- at most)
WITH new AS MATERIALIZED (
    SELECT * FROM unnest($7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::date[], $12::date[], $13::bigint[],
                         $14::text[], $15::text[], $16::text[], $17::text[], $18::bytea[], $19::bigint[])
    AS row (id, ordinal, line, byte_offset, date, value_date, amount, description, payee, memo, reference, fingerprint, occurrence)
), known AS MATERIALIZED ( -- bank rows that were here before; LATERAL keeps it one index probe a row
    SELECT new.ordinal, old.id, old.deleted_at IS NOT NULL AS is_deleted
    FROM new CROSS JOIN LATERAL (
        SELECT t.id, t.deleted_at FROM transaction t
        WHERE t.account_id = $3::uuid AND t.fingerprint = new.fingerprint AND t.occurrence = new.occurrence LIMIT 1) AS old
), near AS MATERIALIZED ( -- rows entered by hand or by a rule that a new row may be
    SELECT new.ordinal, hand.id,
           row_number() OVER (PARTITION BY new.ordinal ORDER BY abs(hand.date - new.date), hand.date, hand.id) AS nth_of_row,
           row_number() OVER (PARTITION BY hand.id ORDER BY abs(hand.date - new.date), new.date, new.ordinal) AS nth_of_hand
    FROM new CROSS JOIN LATERAL (
        SELECT t.id, t.date FROM transaction t
        WHERE t.account_id = $3::uuid AND t.amount = new.amount AND t.fingerprint IS NULL AND t.deleted_at IS NULL
          AND amount_month(t.date) = ANY (ARRAY[month_of(new.date - $20::bigint::integer), month_of(new.date), month_of(new.date + $20::bigint::integer)])
          AND t.date BETWEEN new.date - $20::bigint::integer AND new.date + $20::bigint::integer
        ORDER BY abs(t.date - new.date), t.date, t.id LIMIT 8) AS hand
    WHERE new.ordinal NOT IN (SELECT ordinal FROM known)
      AND EXISTS ( -- a glance: most rows meet none, and a sort that sorts nothing costs more than it;
                -- OFFSET keeps it one index probe a row
        SELECT FROM transaction t
        WHERE t.account_id = $3::uuid AND t.amount = new.amount AND t.fingerprint IS NULL AND t.deleted_at IS NULL
          AND amount_month(t.date) = ANY (ARRAY[month_of(new.date - $20::bigint::integer), month_of(new.date), month_of(new.date + $20::bigint::integer)])
          AND t.date BETWEEN new.date - $20::bigint::integer AND new.date + $20::bigint::integer
        OFFSET 0)
), matched AS (
    UPDATE transaction t
    SET fingerprint = new.fingerprint, occurrence = new.occurrence::integer, external_id = coalesce(t.external_id, new.reference),
        status = 'booked', version = t.version + 1, updated_at = $6::timestamptz
    FROM near JOIN new USING (ordinal)
    WHERE t.id = near.id AND near.nth_of_row = 1 AND near.nth_of_hand = 1
    RETURNING new.ordinal, t.id
), revived AS (
    UPDATE transaction t
    SET deleted_at = NULL, recurring_id = CASE WHEN NOT recurring_is_entered(t) THEN t.recurring_id END,
        upload_id = $1::uuid, upload_ordinal = new.ordinal, upload_line = new.line,
        upload_offset = new.byte_offset, version = t.version + 1, updated_at = $6::timestamptz
    FROM known JOIN new USING (ordinal)
    WHERE t.id = known.id AND known.is_deleted AND $5::boolean
    RETURNING new.ordinal, t.id
), inserted AS (
    INSERT INTO transaction (id, user_id, account_id, amount, currency, date, value_date, description, payee, memo, origin,
                             external_id, fingerprint, occurrence, upload_id, upload_ordinal, upload_line, upload_offset,
                             created_at, updated_at)
    SELECT new.id, $2::uuid, $3::uuid, new.amount, $4::text, new.date, new.value_date, new.description, new.payee, new.memo,
           'upload', new.reference, new.fingerprint, new.occurrence::integer, $1::uuid, new.ordinal, new.line,
           new.byte_offset, $6::timestamptz, $6::timestamptz
    FROM new
    WHERE new.ordinal NOT IN (SELECT ordinal FROM known)
      AND new.ordinal NOT IN (SELECT ordinal FROM near WHERE nth_of_row = 1 AND nth_of_hand = 1)
    RETURNING upload_ordinal AS ordinal, id
), reused AS ( -- the bank's id came before with another amount: worth a remark, no reason to drop either row
    SELECT new.ordinal FROM new
    WHERE new.reference IS NOT NULL AND new.ordinal NOT IN (SELECT ordinal FROM known)
      AND EXISTS (SELECT FROM transaction t WHERE t.account_id = $3::uuid AND t.external_id = new.reference AND t.amount <> new.amount)
), fates AS (
    SELECT ordinal, 'duplicate' AS fate, NULL AS reason, id FROM known WHERE NOT is_deleted
    UNION ALL
    SELECT ordinal, 'skipped_deleted', 'the transaction was deleted here', id FROM known WHERE is_deleted AND NOT $5::boolean
    UNION ALL
    SELECT ordinal, 'matched', NULL, id FROM matched
    UNION ALL
    SELECT ordinal, 'inserted', 'the bank used this id before, with another amount', inserted.id
    FROM inserted JOIN reused USING (ordinal)
), noted AS (
    INSERT INTO upload_row (upload_id, ordinal, line, byte_offset, fate, reason, transaction_id)
    SELECT $1::uuid, ordinal, new.line, new.byte_offset, fates.fate, fates.reason, fates.id
    FROM fates JOIN new USING (ordinal)
), counts AS (
    SELECT (SELECT count(*) FROM inserted) + (SELECT count(*) FROM revived) AS inserted,
           (SELECT count(*) FROM known WHERE NOT is_deleted) AS duplicate,
           (SELECT count(*) FROM known WHERE is_deleted AND NOT $5::boolean) AS skipped_deleted,
           (SELECT count(*) FROM matched) AS matched
)
UPDATE upload
SET inserted = upload.inserted + counts.inserted, duplicate = upload.duplicate + counts.duplicate,
    skipped_deleted = upload.skipped_deleted + counts.skipped_deleted, matched = upload.matched + counts.matched
FROM counts WHERE upload.id = $1::uuid
RETURNING counts.inserted + counts.duplicate + counts.skipped_deleted + counts.matched AS accounted

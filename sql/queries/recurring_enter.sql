-- Enters occurrences of locked rules: the occurrence's row first, whose key lets a date through once; then, for those it let
-- through, a row of the bank that came before its occurrence is linked, or a transaction is made.
-- Arrays: $1 rules, $2 nominal dates, $3 posting dates, $4 amounts, $5 states (posted or missed), $6 ids for transactions;
-- $7 now, $8 days a row of the bank may be away, $9 states that a date may have been told to be in
WITH due AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::date[], $4::bigint[], $5::text[], $6::uuid[])
    AS o (rule_id, nominal_date, posting_date, amount, state, transaction_id)
), spans AS MATERIALIZED (
    SELECT r.account_id, min(posting_date) - $8::bigint::integer AS first, max(posting_date) + $8::bigint::integer AS last
    FROM due JOIN recurring_rule r ON r.id = due.rule_id WHERE due.state = 'posted' GROUP BY 1
), bank AS MATERIALIZED ( -- one walk over an account's days, not one for each occurrence
    SELECT t.id, t.account_id, t.amount, t.date, t.description, t.payee
    FROM spans CROSS JOIN LATERAL (
        SELECT * FROM transaction t
        WHERE t.account_id = spans.account_id AND t.deleted_at IS NULL AND t.date BETWEEN spans.first AND spans.last
          AND t.origin = 'upload' AND t.recurring_id IS NULL AND t.transfer_id IS NULL) AS t
), near AS MATERIALIZED (
    SELECT due.rule_id, due.nominal_date, bank.id,
           row_number() OVER (PARTITION BY due.rule_id, due.nominal_date ORDER BY abs(bank.date - due.posting_date), bank.id) AS nth_of_date,
           row_number() OVER (PARTITION BY bank.id ORDER BY abs(bank.date - due.posting_date), due.nominal_date, due.rule_id) AS nth_of_bank
    FROM due
    JOIN recurring_rule r ON r.id = due.rule_id
    JOIN bank ON bank.account_id = r.account_id AND bank.amount = due.amount
    WHERE due.state = 'posted' AND abs(bank.date - due.posting_date) <= $8::bigint
      AND (same_words(bank.description, r.description) OR same_words(bank.payee, coalesce(r.payee, r.description)))
), entered AS (
    INSERT INTO recurring_occurrence AS o (rule_id, nominal_date, state, posting_date, amount, transaction_id, updated_at)
    SELECT due.rule_id, due.nominal_date, CASE WHEN near.id IS NULL THEN due.state ELSE 'matched' END, due.posting_date, due.amount,
           CASE WHEN due.state = 'posted' THEN coalesce(near.id, due.transaction_id) END, $7::timestamptz
    FROM due
    LEFT JOIN near ON near.rule_id = due.rule_id AND near.nominal_date = due.nominal_date AND nth_of_date = 1 AND nth_of_bank = 1
    ON CONFLICT (rule_id, nominal_date) DO UPDATE
    SET state = excluded.state, posting_date = excluded.posting_date, due_at = NULL, amount = excluded.amount, transaction_id = excluded.transaction_id,
        updated_at = excluded.updated_at
    WHERE o.state = ANY ($9::text[])
    RETURNING o.rule_id, o.nominal_date, o.state, o.posting_date, o.amount, o.transaction_id, o.description
), linked AS (
    UPDATE transaction t SET recurring_id = entered.rule_id, recurring_date = entered.nominal_date,
           version = t.version + 1, updated_at = $7::timestamptz
    FROM entered WHERE entered.state = 'matched' AND t.id = entered.transaction_id
), made AS (
    INSERT INTO transaction (id, user_id, account_id, amount, currency, date, description, payee, memo, category_id, category_source,
                             category_confidence, tags, split_amounts, split_categories, split_memos, origin, recurring_id,
                             recurring_date, created_at, updated_at)
    SELECT entered.transaction_id, r.user_id, r.account_id, entered.amount, a.currency, entered.posting_date,
           coalesce(entered.description, r.description), r.payee, r.memo, c.id, CASE WHEN c.id IS NULL THEN 'none' ELSE 'user' END,
           CASE WHEN c.id IS NULL THEN NULL ELSE 1 END, r.tags,
           CASE WHEN entered.amount = r.amount THEN r.split_amounts END, CASE WHEN entered.amount = r.amount THEN r.split_categories END,
           CASE WHEN entered.amount = r.amount THEN r.split_memos END, 'recurring', r.id, entered.nominal_date, $7::timestamptz, $7::timestamptz
    FROM entered
    JOIN recurring_rule r ON r.id = entered.rule_id
    JOIN account a ON a.id = r.account_id
    LEFT JOIN category c ON c.id = r.category_id AND c.user_id = r.user_id
    WHERE entered.state = 'posted'
    ON CONFLICT DO NOTHING
)
SELECT count(*) FILTER (WHERE state = 'posted') AS posted, count(*) FILTER (WHERE state = 'matched') AS matched,
       count(*) FILTER (WHERE state = 'missed') AS missed
FROM entered

-- Amounts are found month by month. In an index that leads with the amount every new row falls on a page of its own, and each
-- page that is touched for the first time after a checkpoint goes to the log whole: beside 1,000,000 rows that doubled what
-- 1,000 more cost (bench/statistics.py). New rows are of a few months, so now they share pages.

-- month_of by another name. PL/pgSQL, which is not inlined, so that its price stands: to a planner that knows nothing yet of
-- a new person's rows all indexes that begin with a person look alike, and it must not take one that has to call this for
-- each row. The indexes below give it for nothing.
CREATE FUNCTION amount_month(day date) RETURNS date LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100000 AS
    'BEGIN RETURN month_of(day); END';

DROP INDEX transaction_amount;
-- Serves ?min=&max= (transaction_search.sql), and the search for the other half of a transfer (transfer_detect.sql).
CREATE INDEX transaction_amount ON transaction (user_id, amount_month(date), amount) WHERE deleted_at IS NULL;

DROP INDEX transaction_by_hand;
-- Serves upload_store.sql: rows entered by hand or by a rule that a bank row may meet. Bank rows are not in it.
CREATE INDEX transaction_by_hand ON transaction (account_id, amount_month(date), amount) WHERE fingerprint IS NULL AND deleted_at IS NULL;

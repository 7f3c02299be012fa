-- Amounts are found month by month. In an index that leads with the amount every new row falls on a page of its own, and each
-- page that is touched for the first time after a checkpoint goes to the log whole: beside 1,000,000 rows that doubled what
-- 1,000 more cost (bench/statistics.py). New rows are of a few months, so now they share pages.

-- What month_of gives. PL/pgSQL, which is not inlined, so that its price stands: a planner that knows nothing yet of a new
-- person's rows believes they are few, and must not take an index on persons and call this for each of the rows. It calls
-- nothing of ours: where a backup is read back an index is made without them in sight.
CREATE FUNCTION amount_month(day date) RETURNS date LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100000 AS
    'BEGIN RETURN day - (extract(day FROM day)::integer - 1); END';

DROP INDEX transaction_amount;
-- Serves ?min=&max= (transaction_search.sql), and the search for the other half of a transfer (transfer_detect.sql).
CREATE INDEX transaction_amount ON transaction (amount_month(date), user_id, amount) WHERE deleted_at IS NULL;

DROP INDEX transaction_by_hand;
-- Serves upload_store.sql: rows entered by hand or by a rule that a bank row may meet. Bank rows are not in it.
CREATE INDEX transaction_by_hand ON transaction (amount_month(date), account_id, amount) WHERE fingerprint IS NULL AND deleted_at IS NULL;

-- Whether a row that is found by its id (or its upload's, its transfer's) is that person's. In no form that an index on persons
-- serves, for the same reason: 2,500 rows by their ids took 8 s when each was sought among all of a new person's.
CREATE FUNCTION owner_is(owner uuid, person uuid) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    'SELECT coalesce(owner = person, false)';

-- Recurring entries: rules, and what became of their dates. A rule's row holds the next date, so that what is due is found by
-- an index and not by walking rules. The dates themselves come from finance/recurrence, the instants from finance/zone.

CREATE TABLE recurring_rule (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    account_id    uuid NOT NULL,
    amount        bigint NOT NULL,          -- of an estimated rule: what is entered while there is nothing to go by
    description   text NOT NULL,
    payee         text,
    memo          text,
    category_id   uuid,
    tags          text[] NOT NULL DEFAULT '{}',
    split_amounts    bigint[],
    split_categories uuid[],
    split_memos      text[],
    rrule         text NOT NULL,            -- canonical (recurrence_format)
    start_date    date NOT NULL,
    weekend       text NOT NULL DEFAULT 'none' CHECK (weekend IN ('none', 'skip', 'before', 'after', 'nearest',
                                                                  'modified_following', 'modified_preceding')),
    catch_up      text NOT NULL DEFAULT 'post_all' CHECK (catch_up IN ('post_all', 'post_latest', 'mark_missed')),
    estimate_last smallint NOT NULL DEFAULT 0 CHECK (estimate_last BETWEEN 0 AND 24), -- 0: the amount is fixed
    end_total     bigint NOT NULL DEFAULT 0, -- ends when so much was entered; 0: no such end
    state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'ended')),
    follows_id    uuid,                     -- "this and following": the rule whose later dates this one took over
    next_nominal  date,                     -- the first date that was not looked at; null: none is left
    next_posting  date,
    next_due_at   timestamptz,
    check_at      timestamptz,              -- when the scheduler hands it to a worker: due, or a hand-over ago; null: never
    version       integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz,
    CHECK (split_amounts IS NULL OR split_sum(split_amounts) = amount)
);
-- Serves recurring_claim.sql: what is due, oldest first.
CREATE INDEX recurring_rule_check ON recurring_rule (check_at) WHERE check_at IS NOT NULL;
-- Serves GET /v1/recurring.
CREATE INDEX recurring_rule_user ON recurring_rule (user_id, id) WHERE deleted_at IS NULL;

-- Dates of a rule about which there is something to say: entered, left out, moved, or to be entered with another amount. The
-- key is the nominal date, whatever date it is posted on: that is what makes an occurrence one.
CREATE TABLE recurring_occurrence (
    rule_id        uuid NOT NULL REFERENCES recurring_rule (id) ON DELETE CASCADE,
    nominal_date   date NOT NULL,
    state          text NOT NULL CHECK (state IN ('scheduled', 'posted', 'skipped', 'postponed', 'matched', 'missed')),
    posting_date   date,                    -- where it was posted, or was postponed to
    due_at         timestamptz,             -- of a postponed one
    amount         bigint,                  -- what was entered; of one to come: null for the rule's
    description    text,                    -- null: the rule's
    transaction_id uuid,
    updated_at     timestamptz NOT NULL,
    PRIMARY KEY (rule_id, nominal_date),
    CHECK (state <> 'postponed' OR (posting_date IS NOT NULL AND due_at IS NOT NULL))
);

-- Serves the average of the last amounts and the sum of all that a rule entered; keeps a date from being entered twice
-- even where an occurrence's row was lost.
CREATE UNIQUE INDEX transaction_recurring ON transaction (recurring_id, recurring_date) WHERE recurring_id IS NOT NULL;

-- A bank's row that meets an entry made by a rule takes it over (upload_store.sql); the occurrence is told here, and told
-- again when the upload is undone.
CREATE FUNCTION recurring_met() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE recurring_occurrence SET state = CASE WHEN NEW.fingerprint IS NULL THEN 'posted' ELSE 'matched' END, updated_at = NEW.updated_at
    WHERE rule_id = NEW.recurring_id AND nominal_date = NEW.recurring_date AND transaction_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER recurring_met AFTER UPDATE OF fingerprint ON transaction FOR EACH ROW
    WHEN (NEW.recurring_id IS NOT NULL AND (OLD.fingerprint IS NULL) <> (NEW.fingerprint IS NULL)) EXECUTE FUNCTION recurring_met();

-- Who moves to another zone has his dates begin at another instant. Whatever zone it is, a date begins no earlier than 14 hours
-- before it does in UTC: a worker looks then, and sets what is right.
CREATE FUNCTION recurring_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE recurring_rule SET check_at = least(check_at, (next_posting::timestamp AT TIME ZONE 'UTC') - interval '14 hours')
    WHERE user_id = NEW.id AND check_at IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER recurring_moved AFTER UPDATE OF timezone ON app_user FOR EACH ROW
    WHEN (OLD.timezone <> NEW.timezone) EXECUTE FUNCTION recurring_moved();

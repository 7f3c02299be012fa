-- How transactions find their categories: what people taught, their rules, and how far the sorting has come.

-- One row a person. Each change of the label log gives it a new revision, so that a model is named by a number, and so that
-- one person's labels are written one after the other.
CREATE TABLE classifier (
    user_id     uuid PRIMARY KEY REFERENCES app_user (id) ON DELETE CASCADE,
    revision    bigint NOT NULL DEFAULT 0,
    rewritten   bigint NOT NULL DEFAULT 0, -- the last revision that took a label out: up to it a model can't be gone on with
    labels      bigint NOT NULL DEFAULT 0, -- that count now
    wanted_job  uuid,                      -- a classify_transactions job that has not begun: it sees all that is there when it begins
    scored_key  bigint,                    -- the model that all rows were scored with: its rows need no second look
    scored_at   timestamptz,
    threshold   real,                      -- and what it says of itself
    accuracy    real,
    outcomes    bigint,
    applied     bigint,
    right_ones  bigint
);

-- What a person set or confirmed: the log that his model is a pure function of. Rows are only added, and ended; what the log was
-- at revision R are the rows with revision <= R and (ended IS NULL or ended > R). The bank's words are kept as they were
-- then, because the transaction may be edited.
CREATE TABLE label (
    user_id        uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    revision       bigint NOT NULL,
    ended          bigint,                 -- the revision that took it out
    ended_why      text CHECK (ended_why IN ('undone', 'replaced', 'category deleted')),
    transaction_id uuid NOT NULL,
    category_id    uuid NOT NULL,
    account_id     uuid NOT NULL,
    description    text NOT NULL,
    payee          text,
    amount         bigint NOT NULL,
    exponent       smallint NOT NULL,
    date           date NOT NULL,
    shown_category uuid,                   -- what stood there or was suggested before
    shown_confidence real,
    shown_set      boolean NOT NULL DEFAULT false, -- it was set, not only suggested
    former_rule    jsonb,                  -- what a rule had set there: undoing puts it back
    at             timestamptz NOT NULL,
    PRIMARY KEY (user_id, revision)
);
-- A transaction has one label that counts. Serves its undoing and replacing.
CREATE UNIQUE INDEX label_transaction ON label (transaction_id) WHERE ended IS NULL;
-- Serves category_delete.sql.
CREATE INDEX label_category ON label (category_id) WHERE ended IS NULL;

CREATE TABLE rule (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    position   bigint NOT NULL,            -- the first that fits decides
    body       jsonb NOT NULL,             -- finance/rules.h
    since      timestamptz NOT NULL,       -- applies by itself to transactions stored from then on
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
-- Serves GET /v1/rules and the sorting.
CREATE INDEX rule_user ON rule (user_id, position, id);

-- What a run over history changed, for undoing it.
CREATE TABLE classify_change (
    job_id         uuid NOT NULL,
    transaction_id uuid NOT NULL,
    user_id        uuid NOT NULL,
    category_id    uuid,                   -- as they were
    category_source text NOT NULL,
    category_confidence real,
    category_reasons jsonb,
    tags           text[] NOT NULL,
    payee          text,
    set_category   uuid,                   -- as the run left them
    set_source     text NOT NULL,
    at             timestamptz NOT NULL,
    PRIMARY KEY (job_id, transaction_id)
);
-- Serves pruning.
CREATE INDEX classify_change_age ON classify_change (at);

-- What consenting people of this installation agree on (finance/classifier_prior.h). The newest counts.
CREATE TABLE classifier_prior (
    version  bigint PRIMARY KEY,           -- the slot it was trained in, ms since 1970
    bytes    bytea NOT NULL,
    people   bigint NOT NULL,
    labels   bigint NOT NULL,
    entries  bigint NOT NULL,
    built_at timestamptz NOT NULL
);

-- What a person set for his classifier, in app_user.settings; what is out of bounds counts as not set.
CREATE FUNCTION classifier_target(settings jsonb, otherwise bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(settings #> '{classifier,target_precision}') = 'number'
                THEN least(greatest(round((settings #>> '{classifier,target_precision}')::numeric * 1000), 500), 999)::bigint
                ELSE otherwise END
$$;
CREATE FUNCTION classifier_shares(settings jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS
    $$SELECT coalesce(settings #>> '{classifier,share_labels}' = 'true', false)$$;

-- A new revision of a person's log.
CREATE FUNCTION classifier_step(of_user uuid, added bigint, takes_out boolean) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    INSERT INTO classifier AS c (user_id, revision, rewritten, labels)
    VALUES (of_user, 1, CASE WHEN takes_out THEN 1 ELSE 0 END, added)
    ON CONFLICT (user_id) DO UPDATE
    SET revision = c.revision + 1, labels = c.labels + added,
        rewritten = CASE WHEN takes_out THEN c.revision + 1 ELSE c.rewritten END
    RETURNING revision
$$;

-- A person edited a transaction: what was `before` is `t` now. Setting or confirming a category is a label; a label of the
-- transaction that said otherwise is replaced; taking the category away undoes it. Whoever calls this has locked the row.
-- Gives whether the log changed.
CREATE FUNCTION label_follow(before transaction, t transaction, now timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    old label;
    now_at bigint;
    suggestion jsonb := before.category_reasons -> 'suggestions' -> 0;
    is_label boolean := t.category_source = 'user' AND t.category_id IS NOT NULL;
BEGIN
    SELECT * INTO old FROM label WHERE transaction_id = t.id AND ended IS NULL;
    IF (is_label AND old.category_id = t.category_id) OR (NOT is_label AND old.revision IS NULL) THEN
        RETURN false;
    END IF;
    now_at := classifier_step(t.user_id, is_label::integer - (old.revision IS NOT NULL)::integer, old.revision IS NOT NULL);
    IF old.revision IS NOT NULL THEN
        UPDATE label SET ended = now_at, ended_why = CASE WHEN is_label THEN 'replaced' ELSE 'undone' END
        WHERE user_id = t.user_id AND revision = old.revision;
    END IF;
    IF is_label THEN
        INSERT INTO label (user_id, revision, transaction_id, category_id, account_id, description, payee, amount, exponent, date,
                           shown_category, shown_confidence, shown_set, former_rule, at)
        SELECT t.user_id, now_at, t.id, t.category_id, t.account_id, t.description, t.payee, t.amount, a.exponent, t.date,
               CASE WHEN old.revision IS NOT NULL THEN old.shown_category
                    WHEN before.category_source IN ('memory', 'model', 'prior') THEN before.category_id
                    WHEN before.category_source = 'none' THEN (suggestion ->> 0)::uuid END,
               CASE WHEN old.revision IS NOT NULL THEN old.shown_confidence
                    WHEN before.category_source IN ('memory', 'model', 'prior') THEN before.category_confidence
                    WHEN before.category_source = 'none' THEN (suggestion ->> 1)::real / 1000 END,
               CASE WHEN old.revision IS NOT NULL THEN old.shown_set
                    ELSE before.category_source IN ('memory', 'model', 'prior') END,
               CASE WHEN old.revision IS NOT NULL THEN old.former_rule
                    WHEN before.category_source = 'rule'
                    THEN jsonb_build_object('category_id', before.category_id, 'reasons', before.category_reasons) END,
               now
        FROM account a WHERE a.id = t.account_id;
    END IF;
    RETURN true;
END $$;

-- Says that a person's rows want sorting, by this job unless one that has not begun will do it anyway. Gives whether the job
-- is to be accepted. The row stays locked until the commit, so that a job that begins sees what made it wanted.
CREATE FUNCTION classify_want(of_user uuid, new_job uuid) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    INSERT INTO classifier AS c (user_id, wanted_job) VALUES (of_user, new_job)
    ON CONFLICT (user_id) DO UPDATE
    SET wanted_job = CASE WHEN EXISTS (SELECT FROM job j WHERE j.id = c.wanted_job AND j.state = 'accepted')
                          THEN c.wanted_job ELSE excluded.wanted_job END
    RETURNING wanted_job = new_job
$$;

-- A rule as the API shows it.
CREATE FUNCTION rule_json(r rule) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT r.body || jsonb_build_object('id', r.id, 'enabled', coalesce((r.body ->> 'enabled')::boolean, true), 'position', r.position,
                                        'version', r.version, 'created_at', time_text(r.created_at), 'updated_at', time_text(r.updated_at))
$$;

-- "Food: Groceries".
CREATE FUNCTION category_path(of_category uuid) RETURNS text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above AS (
        SELECT parent_id, name, 0 AS depth FROM category WHERE id = of_category
        UNION ALL
        SELECT c.parent_id, c.name, depth + 1 FROM above JOIN category c ON c.id = above.parent_id WHERE depth < 16
    )
    SELECT string_agg(name, ': ' ORDER BY depth DESC) FROM above
$$;

-- The field of a rule that names what is not the user's; NULL when all is well.
CREATE FUNCTION rule_fault(of_user uuid, body jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN body #>> '{then,category_id}' IS NOT NULL
                 AND NOT EXISTS (SELECT FROM category WHERE id = (body #>> '{then,category_id}')::uuid AND user_id = of_user)
                THEN '/then/category_id'
                WHEN body #>> '{when,account_id}' IS NOT NULL
                 AND NOT EXISTS (SELECT FROM account WHERE id = (body #>> '{when,account_id}')::uuid AND user_id = of_user AND deleted_at IS NULL)
                THEN '/when/account_id' END
$$;

-- Makes a rule or changes one: `posted` is the checked rule, and "position" where it is to stand (at the end). A rule that
-- looks at other rows or does something else than before applies to rows stored from now on.
CREATE FUNCTION rule_put(of_user uuid, rule_id uuid, posted jsonb, now timestamptz, wanted_version bigint, most bigint, is_new boolean)
RETURNS TABLE (status integer, pointer text, detail text, etag bigint, body jsonb, location text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    old rule;
    made rule;
    wanted bigint := (posted ->> 'position')::bigint;
    content jsonb := posted - 'position';
    fault text := rule_fault(of_user, content);
BEGIN
    PERFORM FROM app_user WHERE id = of_user FOR NO KEY UPDATE; -- one person's rules are put in order one after the other
    SELECT r.* INTO old FROM rule r WHERE r.id = rule_id AND r.user_id = of_user;
    IF NOT is_new AND old.id IS NULL THEN
        RETURN;
    ELSIF NOT is_new AND old.version <> coalesce(wanted_version, old.version) THEN
        RETURN QUERY SELECT 412, NULL::text, NULL::text, NULL::bigint, NULL::jsonb, NULL::text;
        RETURN;
    ELSIF fault IS NOT NULL THEN
        RETURN QUERY SELECT 422, fault, 'is not yours'::text, NULL::bigint, NULL::jsonb, NULL::text;
        RETURN;
    ELSIF is_new AND old.id IS NULL AND (SELECT count(*) FROM rule r WHERE r.user_id = of_user) >= most THEN
        RETURN QUERY SELECT 422, ''::text, format('there are %s rules, which is as many as may be', most), NULL::bigint, NULL::jsonb, NULL::text;
        RETURN;
    END IF;
    IF old.id IS NULL THEN
        INSERT INTO rule (id, user_id, position, body, since, created_at, updated_at)
        VALUES (rule_id, of_user, (SELECT coalesce(max(r.position), 0) + 1 FROM rule r WHERE r.user_id = of_user), content, now, now, now);
    ELSIF NOT is_new THEN
        UPDATE rule r
        SET body = content, version = r.version + 1, updated_at = now,
            since = CASE WHEN r.body - 'name' IS DISTINCT FROM content - 'name' THEN now ELSE r.since END
        WHERE r.id = rule_id;
    END IF;
    IF wanted IS NOT NULL THEN
        UPDATE rule r SET position = placed.n
        FROM (SELECT o.id, row_number() OVER (ORDER BY o.place) AS n
              FROM (SELECT i.id, i.rank + (i.rank >= wanted)::integer AS place
                    FROM (SELECT other.id, row_number() OVER (ORDER BY other.position, other.id) AS rank FROM rule other
                          WHERE other.user_id = of_user AND other.id <> rule_id) AS i
                    UNION ALL SELECT rule_id, wanted) AS o) AS placed
        WHERE r.id = placed.id AND r.position <> placed.n;
    END IF;
    SELECT r.* INTO made FROM rule r WHERE r.id = rule_id;
    RETURN QUERY SELECT CASE WHEN is_new THEN 201 ELSE 200 END, NULL::text, NULL::text, made.version, rule_json(made), '/v1/rules/' || made.id;
END $$;

-- Takes exported rules: a category by its id where that is the user's, else by its name with its parents'. All or none.
CREATE FUNCTION rules_import(of_user uuid, posted jsonb, ids uuid[], replaces boolean, now timestamptz, most bigint)
RETURNS TABLE (status integer, pointer text, detail text, body jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    item jsonb;
    n bigint;
    fault text;
    found uuid;
    content jsonb[] := '{}';
    last bigint := 0;
BEGIN
    PERFORM FROM app_user WHERE id = of_user FOR NO KEY UPDATE;
    FOR item, n IN SELECT * FROM jsonb_array_elements(posted) WITH ORDINALITY LOOP
        IF item -> 'then' ? 'category' THEN
            SELECT c.id INTO found FROM category c WHERE c.user_id = of_user AND c.id = (item #>> '{then,category_id}')::uuid;
            IF found IS NULL THEN
                SELECT c.id INTO found FROM category c WHERE c.user_id = of_user AND category_path(c.id) = item #>> '{then,category}' LIMIT 1;
            END IF;
            IF found IS NULL THEN
                RETURN QUERY SELECT 422, format('/rules/%s/then/category', n - 1), 'is not a category of yours'::text, NULL::jsonb;
                RETURN;
            END IF;
            item := jsonb_set(item #- '{then,category}', '{then,category_id}', to_jsonb(found));
        END IF;
        fault := rule_fault(of_user, item);
        IF fault IS NOT NULL THEN
            RETURN QUERY SELECT 422, format('/rules/%s%s', n - 1, fault), 'is not yours'::text, NULL::jsonb;
            RETURN;
        END IF;
        content := content || item;
    END LOOP;
    IF replaces THEN
        DELETE FROM rule r WHERE r.user_id = of_user AND r.id <> ALL (ids);
    END IF;
    SELECT coalesce(max(r.position), 0) INTO last FROM rule r WHERE r.user_id = of_user;
    IF (SELECT count(*) FROM rule r WHERE r.user_id = of_user AND r.id <> ALL (ids)) + cardinality(content) > most THEN
        RAISE EXCEPTION 'a person may have % rules', most USING ERRCODE = 'check_violation', CONSTRAINT = 'rules_max';
    END IF;
    INSERT INTO rule (id, user_id, position, body, since, created_at, updated_at)
    SELECT ids[i], of_user, last + i, content[i], now, now, now FROM generate_subscripts(content, 1) AS i
    ON CONFLICT (id) DO NOTHING; -- a repetition
    RETURN QUERY SELECT 200, NULL::text, NULL::text, jsonb_build_object('imported', cardinality(content));
END $$;

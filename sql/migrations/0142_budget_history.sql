-- What a budget allowed before it was changed, so that what went over into the current period stays what it was; and what rules
-- will still take out of it, as their dates really stand.

CREATE TABLE budget_amount (
    budget_id uuid NOT NULL REFERENCES budget (id) ON DELETE CASCADE,
    before    date NOT NULL,              -- held for periods that begin before this day, and not before an earlier one of these
    amount    bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (budget_id, before)
);

-- What a budget allowed in the period that begins on a day.
CREATE FUNCTION budget_limit(b budget, first date) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT a.amount FROM budget_amount a WHERE a.budget_id = b.id AND a.before > first ORDER BY a.before LIMIT 1), b.amount)
$$;

-- The active rules that a budget has to do with, each with what one date of it takes out of the budget's categories; < 0: money out.
CREATE FUNCTION budget_rules(b budget) RETURNS TABLE (rule recurring_rule, amount bigint, entered bigint) LANGUAGE sql STABLE AS $$
    WITH below AS (
        SELECT a.category_id FROM category_above(b.user_id) a WHERE a.ancestor_id = b.category_id
    )
    SELECT r, CASE WHEN r.split_amounts IS NOT NULL THEN (
                      SELECT sum(s.amount) FROM unnest(r.split_amounts, r.split_categories) AS s (amount, category_id) JOIN below USING (category_id))
                   WHEN r.estimate_last > 0 THEN coalesce((
                      SELECT round(avg(last.amount)) FROM (
                          SELECT t.amount FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL
                          ORDER BY t.recurring_date DESC LIMIT r.estimate_last) AS last), r.amount)
                   ELSE r.amount END::bigint,
           CASE WHEN r.end_total = 0 THEN 0 ELSE coalesce((
               SELECT sum(t.amount) FROM transaction t WHERE t.recurring_id = r.id AND t.deleted_at IS NULL), 0) END::bigint
    FROM recurring_rule r JOIN account ra ON ra.id = r.account_id AND ra.currency = b.currency AND ra.deleted_at IS NULL
    WHERE r.user_id = b.user_id AND r.deleted_at IS NULL AND r.state = 'active'
      AND CASE WHEN r.split_amounts IS NULL THEN r.category_id IN (SELECT below.category_id FROM below)
               ELSE EXISTS (SELECT FROM unnest(r.split_categories) AS s (category_id) JOIN below USING (category_id)) END
$$;

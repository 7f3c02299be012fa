-- What is known of the dates of locked rules from the next one on, and what was postponed. $1 ids, $2 next dates (null: none)
SELECT o.rule_id, o.nominal_date, o.state, o.posting_date, o.due_at, o.amount
FROM unnest($1::uuid[], $2::date[]) AS r (id, next_nominal)
CROSS JOIN LATERAL (
    SELECT * FROM recurring_occurrence o
    WHERE o.rule_id = r.id AND (o.nominal_date >= r.next_nominal OR o.state = 'postponed')
    OFFSET 0 -- a walk of one rule's dates, whatever the planner thinks of the table
) AS o
ORDER BY o.rule_id, o.nominal_date

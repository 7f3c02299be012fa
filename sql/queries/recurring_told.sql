-- What is known of the dates of locked rules from the next one on, and what was postponed. $1 ids
SELECT o.rule_id, o.nominal_date, o.state, o.posting_date, o.due_at, o.amount
FROM recurring_occurrence o JOIN recurring_rule r ON r.id = o.rule_id
WHERE o.rule_id = ANY ($1::uuid[]) AND (o.nominal_date >= r.next_nominal OR o.state = 'postponed')
ORDER BY o.rule_id, o.nominal_date

-- What these people's models are made of besides labels and categories. $1 users, $2 target in thousandths where none is set
SELECT u.id, coalesce(c.revision, 0), coalesce(c.rewritten, 0), coalesce(c.labels, 0),
       classifier_target(u.settings, $2::bigint), c.scored_key, coalesce((SELECT max(version) FROM classifier_prior), 0),
       u.currency
FROM app_user u LEFT JOIN classifier c ON c.user_id = u.id
WHERE u.id = ANY ($1::uuid[])

-- label_learners.sql, of people whose logs stay what they are until the commit: what is sorted by them meanwhile is sorted by
-- the newest model. In the order of ids, so that two can't wait for each other. $1 users, $2 target in thousandths where none is set
SELECT u.id, c.revision, c.rewritten, c.labels, classifier_target(u.settings, $2::bigint), c.scored_key,
       coalesce((SELECT max(version) FROM classifier_prior), 0), u.currency
FROM classifier c JOIN app_user u ON u.id = c.user_id
WHERE c.user_id = ANY ($1::uuid[])
ORDER BY c.user_id
FOR NO KEY UPDATE OF c

-- Which of these people's rows want sorting by the job offered, instead of one that has not begun. In the order of ids, so that
-- two can't wait for each other. $1 users, $2 jobs offered
SELECT id FROM (
    SELECT id, classify_want(id, job) AS wants
    FROM (SELECT id, job FROM unnest($1::uuid[], $2::uuid[]) AS offered (id, job) ORDER BY id OFFSET 0) AS ordered
) AS asked
WHERE wants

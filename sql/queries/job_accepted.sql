-- Which of these jobs have an unfinished row. $1 ids
SELECT id FROM job WHERE id = ANY ($1::uuid[]) AND state = 'accepted'

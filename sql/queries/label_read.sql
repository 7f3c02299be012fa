-- Labels in their order: for each person those of the log at revision $3 that came after revision $2, but for the first $4.
-- $1 users, $2 after, $3 at, $4 how many to leave out
SELECT l.user_id, l.description, l.amount, l.exponent, l.date, l.category_id, l.shown_category, l.shown_confidence
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) AS wanted (user_id, after, at, skip)
CROSS JOIN LATERAL (
    SELECT label.*, row_number() OVER (ORDER BY revision) AS n FROM label
    WHERE label.user_id = wanted.user_id AND revision > wanted.after AND revision <= wanted.at
      AND (ended IS NULL OR ended > wanted.at)
) AS l
WHERE l.n > wanted.skip
ORDER BY l.user_id, l.revision

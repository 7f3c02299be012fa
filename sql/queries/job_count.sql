-- How many rows stand in each state.
SELECT state, count(*) FROM job GROUP BY state ORDER BY state

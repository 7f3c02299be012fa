-- The first statement of each connection of the API's pool. $1 the longest a statement may take, in ms, as text
SELECT set_config('statement_timeout', $1::text, false)

-- Is the server there? Serves /readyz.
SELECT 1

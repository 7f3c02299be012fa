-- The prior of a version. $1 version
SELECT bytes FROM classifier_prior WHERE version = $1::bigint

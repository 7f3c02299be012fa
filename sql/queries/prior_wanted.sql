-- Whether a prior is to be trained: somebody shares what he taught, or somebody did.
SELECT EXISTS (SELECT FROM app_user WHERE classifier_shares(settings) AND deleted_at IS NULL)
    OR EXISTS (SELECT FROM classifier_prior WHERE entries > 0) AS is_wanted

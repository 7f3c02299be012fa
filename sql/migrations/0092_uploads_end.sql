-- An import whose job ends without it (it crashed too often, failed too often, was cancelled or came too late) has failed:
-- else its upload would say "running" for ever. What was stored stays, with its fates, and can be undone. A dead job that
-- an operator runs again goes on where it was, as long as the file is there.
CREATE FUNCTION upload_job_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'accepted' THEN
        UPDATE upload SET state = 'failed', error = 'the import ended: ' || coalesce(NEW.error, NEW.state), finished_at = NEW.finished_at
        WHERE user_id = NEW.user_id AND job_id = NEW.id AND state IN ('queued', 'running');
    ELSE
        UPDATE upload SET state = 'queued', error = NULL, finished_at = NULL
        WHERE user_id = NEW.user_id AND job_id = NEW.id AND state = 'failed'
          AND EXISTS (SELECT FROM upload_chunk WHERE upload_id = upload.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER upload_job_ended AFTER UPDATE ON job FOR EACH ROW
    WHEN (NEW.task = 'ingest_upload' AND (OLD.state = 'accepted' AND NEW.state IN ('dead', 'cancelled', 'expired')
                                          OR OLD.state = 'dead' AND NEW.state = 'accepted'))
    EXECUTE FUNCTION upload_job_ended();

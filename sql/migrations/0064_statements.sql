-- Months that are over: what they came to when they were closed, and the job that tells it. What is entered late still counts in
-- every report; only the statement stays as it was.
CREATE TABLE month_closed (
    user_id   uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    month     date NOT NULL,
    statement jsonb NOT NULL,   -- a list, one element a currency
    mail_job  uuid NOT NULL,
    closed_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, month)
);
-- Serves statement_mail.sql.
CREATE INDEX month_closed_mail ON month_closed (mail_job);

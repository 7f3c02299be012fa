-- Rows are sorted while they are stored: everybody has a row of his own to hold while that is done (classifier_hold.sql). Who
-- comes new gets it with his account.
INSERT INTO classifier (user_id) SELECT id FROM app_user ORDER BY id ON CONFLICT DO NOTHING;

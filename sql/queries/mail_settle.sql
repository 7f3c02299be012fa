-- Says how an attempt ended. A mail that another delivery of its job has sent stays sent.
-- $1 message_id, $2 state, $3 error, $4 now
UPDATE mail
   SET state = $2::text, error = $3::text, updated_at = $4::timestamptz
 WHERE message_id = $1::text AND state <> 'sent'

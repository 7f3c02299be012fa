#ifndef MAIL_SMTP_H
#define MAIL_SMTP_H

/*
 * A mail server, through libcurl (RFC 5321, STARTTLS of RFC 3207, AUTH of RFC 4954), one connection a mail.
 * The server's reply code decides what a failure means; libcurl's own result can't: 451 and 550 give the same
 * one.
 */

#include "mail/mail.h"

/* As mail_route_check and mail_send, which hand on what is no folder. */
int smtp_route_check(const struct mail_route *route, struct err *err) MUST_CHECK;
int smtp_send(const struct mail_route *route, const struct mail_envelope *envelope, struct str message,
              bool *unknown, struct err *err) MUST_CHECK;

#endif

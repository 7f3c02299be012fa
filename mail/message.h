#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

/*
 * A mail as bytes: RFC 5322 header, RFC 2045/2046 multipart/alternative of plain text and HTML, RFC 2047
 * words where a header is not ASCII. Pure: the same message gives the same bytes, so that a mail sent again
 * is the same mail.
 */

#include "base/buf.h"
#include "base/err.h"
#include "mail/address.h"

struct mail_message {
    struct mail_address from, to;
    const char *message_id; /* unique for ever, without its angle brackets: mail_message_id */
    int64_t date_ms;        /* wall clock */
    const char *subject;    /* UTF-8, one line, at most MAIL_SUBJECT_MAX bytes */
    const char *text;       /* UTF-8; any line ends */
    const char *html;       /* UTF-8; NULL: a mail of plain text alone */
};

enum { MAIL_SUBJECT_MAX = 300, MAIL_MESSAGE_ID_MAX = 320, MAIL_MESSAGE_MAX = 1024 * 1024 };

/* "ID@DOMAIN" for a mail that a job sends: the same on every attempt. */
char *mail_message_id(struct arena *arena, const char *job_id, const struct mail_address *from);

/* Appends the message with CRLF line ends. ERR_REJECT when a header's text holds control characters, a part
 * is not UTF-8, or it all does not fit the buffer's limit. */
int mail_message_write(const struct mail_message *message, struct buf *out, struct err *err) MUST_CHECK;

#endif

#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

/*
 * Hands a mail to whoever carries it: a mail server (smtp://, smtps://) or a folder (maildir:PATH). Blocking:
 * for worker children. What a failure means is the class of its error: ERR_RETRY   not taken now: no
 * connection, a broken one, a 4xx reply, a full disk. When `unknown` is set the mail may have arrived all the
 * same: the connection broke after the last byte and before the reply. ERR_REJECT  refused for good: a 5xx
 * reply, a URL that is none. Texts of errors hold no password.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct mail_route {
    const char *url;     /* maildir:PATH, smtp://[USER:PASSWORD@]HOST[:PORT], smtps://… */
    const char *tls;     /* for smtp://: "auto", "require" or "never", see PURSER_MAIL_TLS */
    const char *ca_file; /* "" for the system's */
    int64_t timeout_ms;  /* for the whole of one mail */
};

struct mail_envelope {
    const char *from, *to;  /* bare addresses, from mail_address_parse */
    const char *message_id; /* without brackets; a folder keeps one mail of an id */
};

/* The route that PURSER_MAIL_URL, _TLS, _CA and _TIMEOUT_MS name; points into the settings. */
struct mail_route mail_route_of_settings(void);

/* The route's form alone; ERR_REJECT names the setting that is wrong. */
int mail_route_check(const struct mail_route *route, struct err *err) MUST_CHECK;

/* message: from mail_message_write. *unknown is set on failure as said above. */
int mail_send(const struct mail_route *route, const struct mail_envelope *envelope, struct str message,
              bool *unknown, struct err *err) MUST_CHECK;

#endif

#ifndef MAIL_WEBHOOK_H
#define MAIL_WEBHOOK_H

/*
 * A message to a person's own program over HTTPS, signed as Standard Webhooks 1.0.0 says: the headers
 * webhook-id, webhook-timestamp and webhook-signature ("v1," and base64 of HMAC-SHA256 over
 * "id.timestamp.body"). Blocking: for worker children. Never to an address inside: who may name a URL must
 * not reach what only this machine reaches. The address is looked at when the socket is made, so that no name
 * can mean another by then; redirects and proxies are not followed.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { WEBHOOK_SECRET_MIN = 24, WEBHOOK_SECRET_MAX = 64, WEBHOOK_URL_MAX = 500 };

struct webhook {
    const char *url;
    struct str secret; /* the bytes */
    const char *id;    /* the same whenever the message is sent again */
    int64_t timestamp_s;
    struct str body;     /* JSON */
    bool may_be_private; /* http: and addresses inside are fine too */
    int64_t timeout_ms;
};

/* "whsec_" and base64 of 24 to 64 bytes, into *secret in the arena. ERR_REJECT says what it is not. */
int webhook_read_secret(struct arena *arena, const char *text, struct str *secret,
                        struct err *err) MUST_CHECK;

/* ERR_REJECT when it is no https URL (or http, where that may be) with a host and without a user, or, where
 * that may not be, one whose host is a private address. */
int webhook_check_url(const char *url, bool may_be_private, struct err *err) MUST_CHECK;

/* Loopback, private, link-local, multicast and reserved addresses, IPv4 in IPv6 too; any other family. */
bool webhook_is_private(const struct sockaddr *address);

/* 0 for a 2xx. ERR_REJECT: the address is private, or the receiver says 410: never again. ERR_RETRY: all
 * else. */
int webhook_send(struct arena *arena, const struct webhook *webhook, struct err *err) MUST_CHECK;

#endif

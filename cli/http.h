#ifndef CLI_HTTP_H
#define CLI_HTTP_H

/*
 * The command line's way to an instance: JSON over one kept connection. Not for several threads: each opens
 * its own. A request whose repetition is harmless (GET, or a POST under an Idempotency-Key) is repeated
 * through broken connections, 429 and 503, up to the deadline; others are sent once.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

struct http;

/* base_url: PURSER_URL. deadline_ms: how long a request is repeated before it fails; 0: never. */
struct http *http_open(const char *base_url, int64_t deadline_ms, struct err *err);
void http_close(struct http *http); /* NULL is fine */

/* Sent with every request from now on; copied. NULL for none. */
void http_use_token(struct http *http, const char *token);

struct http_request {
    const char *method, *path; /* path with its query, encoded */
    const char *body;          /* text or NULL */
    const char *key;           /* Idempotency-Key or NULL */
    const char *type;          /* of the body; NULL: application/json */
    int wait_s;                /* Prefer: wait=N; 0: without */
    FILE *upload;              /* the body in place of `body`, from where it stands; then it is sent once */
    FILE *download;            /* where a 2xx answer's body goes; then reply.body is NULL */
    void (*sent)(int64_t bytes, int64_t total); /* how far the upload is; total 0: not known; may be NULL */
};

/* Text for a part of a path or query, in the arena (RFC 3986 §2.1). */
const char *http_escape(struct arena *arena, const char *text);

struct http_reply {
    long status;
    json_t *body;         /* NULL when the answer has none or it is not JSON; the arena owns it */
    const char *location; /* NULL without the header */
    int repeats;          /* how often it was sent again */
};

/* -1 with ERR_RETRY when there was no answer. Any status is an answer. */
int http_send(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_reply *reply, struct err *err) MUST_CHECK;

/* The same, but an answer other than a 2xx is an error that says what the problem document says: ERR_RETRY
 * for 429 and 5xx, else ERR_REJECT. */
int http_call(struct http *http, struct arena *arena, const struct http_request *request,
              struct http_reply *reply, struct err *err) MUST_CHECK;

/* http_call for the everyday: a path and nothing more, and a JSON body under a key of its own, so that a
 * broken connection may be repeated. The arena owns body; NULL (json_pack takes no text that is not UTF-8) is
 * ERR_REJECT. wait_s: as in struct http_request. */
int http_get(struct http *http, struct arena *arena, const char *path, struct http_reply *reply,
             struct err *err) MUST_CHECK;
int http_delete(struct http *http, struct arena *arena, const char *path, struct err *err) MUST_CHECK;
int http_post(struct http *http, struct arena *arena, const char *path, const json_t *body, int wait_s,
              struct http_reply *reply, struct err *err) MUST_CHECK;

/* The text at a member of an object, "" when it is not there. */
const char *http_text(json_t *object, const char *name);

#endif

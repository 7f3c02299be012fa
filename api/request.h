#ifndef API_REQUEST_H
#define API_REQUEST_H

/*
 * One request, as a handler sees it. A handler is one function in api/handlers/NAME.c and one line in
 * api/routes.def:
 *
 *     ROUTE(GET, "/v1/accounts/:id", account_get, USER, NONE)
 *
 *     void handle_account_get(struct request *request)
 *     {
 *         struct id account;
 *         if (request_param_id(request, 0, &account) != 0)
 *             return;                                     // answered 404
 *         struct db_params *params = request_params(request);
 *         db_add_id(params, &account);
 *         db_add_id(params, &request->user);
 *         request_answer(request, &sql_account_get, params);
 *     }
 *
 *     ROUTE(POST, "/v1/accounts", account_create, USER, JSON)
 *
 *     static const struct json_field fields[] = {
 *         {"name", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 200, offsetof(struct body, name)}, …};
 *
 *     void handle_account_create(struct request *request)
 *     {
 *         struct body body = {0};
 *         request_decode(request, fields, &body);         // adds faults
 *         if (currency_find(str_of(body.currency)) == NULL)
 *             faults_add(&request->faults, "/currency", "is not a currency of ISO 4217");
 *         if (request_refused(request))
 *             return;                                     // answered 422 with every fault and its pointer
 *         …
 *         db_add_id(params, &request->id);                // the new row's id: see `id` below
 *         request_answer(request, &sql_account_create, params);
 *     }
 *
 * By the time a handler runs the route is found, the token was checked, the body was read (JSON: parsed), an
 * Idempotency-Key is reserved. It answers exactly once, now or from a callback, by one of the functions of
 * reply.h or by request_answer. Until then the request lives, also when the client has gone. Nothing is
 * freed: all memory is request->arena's. Handlers run on the loop: no blocking call, nothing over a
 * millisecond.
 */

#include <stdbool.h>
#include <stdint.h>

#include "api/body_buffer.h"
#include "api/route.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/faults.h"
#include "base/id.h"
#include "base/json.h"
#include "db/db_uv.h"

struct api;
struct conn;

enum { REQUEST_PARAMS_MAX = 4, REQUEST_QUERY_MAX = 32, REQUEST_HEADERS_LIMIT = 16 * 1024 };

struct request {
    struct arena *arena;
    struct api *api; /* the process: pool, queue, keys (api/api.h) */
    const struct route *route;
    struct head *head;
    struct str params[REQUEST_PARAMS_MAX]; /* what stood for ":…" in the path, decoded */
    struct str body;                       /* whole; empty for STREAM */
    json_t *json; /* for JSON: the document (any type); for a route that takes none: NULL */
    struct faults faults;

    /* The id of what this request makes (a row, a job). Under an Idempotency-Key it is the same each time the
     * request is repeated, so that a repetition after a crash makes the same thing and not a second: insert
     * with ON CONFLICT (id) DO NOTHING and answer as if it had been made now. */
    struct id id;
    int64_t now_ms; /* wall clock when it came; the time to hand to statements */

    struct id user, session; /* of the token; zero on open routes */
    bool is_admin;
    void *state;          /* the handler's own, from one callback to the next */
    char traceparent[56]; /* W3C Trace Context: the caller's, or ours */

    /* Below is the machinery's. */
    struct conn *conn; /* NULL once the client has gone */
    struct query_item *query_items;
    size_t query_count;
    bool query_is_read, is_answered, may_be_kept;
    struct buf headers;  /* of the answer to come */
    struct buf received; /* a body of kind JSON or BATCH */
    struct idempotent *idempotent;
    /* Keeps the answer, then calls send with it; NULL: it is sent at once. */
    void (*keep_answer)(struct request *request, int status, const char *content_type, struct str body,
                        void (*send)(struct request *request, int status, const char *content_type,
                                     struct str body));
    void (*piece_wanted)(struct request *request, struct str piece, int state);
    enum body_fault body_fault;
    void (*gone)(struct request *request);
    void *gone_arg;
    int64_t started_us;
};

/* For conn, dispatch and answer. A request lives from its head to behind its answer. */
/* Decodes a path parameter in place. -1: it is not percent-encoded UTF-8. */
int request_decode_param(struct request *request, struct str *param) MUST_CHECK;
/* Adds a fault for each query parameter that nobody asked for. */
void request_check_query(struct request *request);
struct request *request_new(struct api *api, struct conn *conn);
void request_free(struct request *request);

/* Path parameter `index` as a UUID. -1: it is none, and 404 was answered. */
int request_param_id(struct request *request, size_t index, struct id *id) MUST_CHECK;

/* Query parameters, decoded. Each getter adds a fault (its pointer is the parameter's name) when the value is
 * not of the kind, and leaves *value as it was when the parameter is absent. When all were asked for,
 * request_refused answers 422 if there is a fault or a parameter that nobody asked for: a misspelt filter
 * must not list everything. */
const char *request_query(struct request *request, const char *name); /* NULL when absent */
void request_query_text(struct request *request, const char *name, size_t chars_max, const char **value);
void request_query_int(struct request *request, const char *name, int64_t min, int64_t max, int64_t *value);
void request_query_bool(struct request *request, const char *name, bool *value); /* true, false, 1, 0 */
void request_query_id(struct request *request, const char *name, const struct id **value);
void request_query_date(struct request *request, const char *name, int32_t *day,
                        bool *is_set); /* YYYY-MM-DD */
/* One of `names` (ends with NULL): its index. */
void request_query_choice(struct request *request, const char *name, const char *const *names, int *value);

/* ?limit= (default 50, 1..500) and ?cursor=: the text that the statement gave as `next`, split at U+001F into
 * `count` parts (parts untouched when there is no cursor). Gives the limit; adds a fault when the cursor is
 * not ours. */
int64_t request_page(struct request *request, const char **parts, size_t count);

/* Decodes request->json into a struct (base/json.h), adding faults. */
#define request_decode(request, fields, out)                                                                 \
    request_decode_fields((request), (fields), sizeof(fields) / sizeof *(fields), (out))
void request_decode_fields(struct request *request, const struct json_field *fields, size_t count, void *out);

/* True when faults were found, here or by the handler: 422 with all of them was answered. */
bool request_refused(struct request *request);

/* The value of a header as text, NULL when absent. */
const char *request_header(struct request *request, const char *name);

/* If-Match: the version it names in *version and true; false without the header or for "*". A value that is
 * not one of our ETags matches nothing: version -1. Hand it to the statement: `WHERE $n::bigint IS NULL OR
 * version = $n`. */
bool request_if_match(struct request *request, int64_t *version);

/* Seconds of `Prefer: wait=N` (RFC 7240), at most 30; 0 without. */
int64_t request_prefer_wait(struct request *request);

/* Statements. */

/* Parameters in the request's arena. */
struct db_params *request_params(struct request *request);

/* Runs one statement of the pool; done is called once with the outcome, whose rows live in the request's
 * arena. On failure answer->err is set: hand it to reply_error unless its SQLSTATE says more. */
void request_run(struct request *request, const struct sql *sql, const struct db_params *params,
                 void (*done)(struct request *request, struct db_answer *answer));

/* Runs one statement and answers with its first row, by the names of its columns, each of which may be
 * missing or null:
 *
 *     status    integer  200 when missing. From 400 on a problem is answered: 404, 409, 412, 422 …
 *     body      text     the JSON document, sent as it is
 *     etag      bigint   the version: header ETag
 *     location  text     header Location, for 201 and 202
 *     next      text     with `body` an array, for {"data": body, "next_cursor": next} and the header Link
 *     pointer   text     for a problem: the field at fault
 *     detail    text     for a problem: one sentence
 *
 * `next` is null on the last page; its parts are separated by U+001F (chr(31)), as request_page reads them.
 * No row: 404. A failure of the database: 503 or 500. A statement with a column `next` is a list also when it
 * is null. */
void request_answer(struct request *request, const struct sql *sql, const struct db_params *params);
void request_answer_rows(struct request *request,
                         const struct db_rows *rows); /* the same, for rows already there */

/* Answers a statement that failed: a violated constraint as api/constraints.def says, else as reply_error. */
void request_answer_failure(struct request *request, const struct db_answer *answer);

/* Streamed bodies (routes of kind STREAM). The handler asks for each piece when it is ready for it; nothing
 * is read from the client in between. `done` is called once per call: with at most 256 KiB, BODY_MORE; or
 * BODY_END, the piece empty, when the body was whole; or BODY_BROKEN, the piece empty, when the client went
 * away, was too slow, sent more than the limit or broke the framing: clean up; an answer may still be given
 * and is sent if anybody is there. state: an enum body_state. */
void request_read_body(struct request *request,
                       void (*done)(struct request *request, struct str piece, int state));

/* Answers what broke the body: too large, too slow, lost. */
void request_refuse_body(struct request *request);

/* Calls gone(request) when the client closes before the answer was sent; for long waits. arg is kept in
 * gone_arg. */
void request_on_gone(struct request *request, void (*gone)(struct request *request), void *arg);

#endif

#include "api/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/auth.h"
#include "api/conn.h"
#include "api/idempotent.h"
#include "api/offload.h"
#include "api/reply.h"
#include "api/server.h"
#include "base/hash.h"
#include "base/settings.h"

/* The caller's traceparent when it is one (W3C Trace Context §3.2), else a new one made of the request's id.
 */
static void write_traceparent(struct request *request)
{
    struct str given = head_find(request->head, "traceparent");
    bool good =
        given.size == 55 && str_starts(given, "00-") && given.data[35] == '-' && given.data[52] == '-';
    for (size_t i = 0; good && i < given.size; i++) {
        char c = given.data[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
    }
    if (good) {
        memcpy(request->traceparent, given.data, given.size);
        return;
    }
    char trace[33], span[17];
    struct id fresh = id_new();
    hash_hex(request->id.bytes, 16, trace);
    hash_hex(fresh.bytes + 8, 8, span);
    snprintf(request->traceparent, sizeof request->traceparent, "00-%s-%s-01", trace, span);
}

void dispatch_refuse(struct request *request, int status, const char *detail)
{
    reply_problem(request, status == 401 ? PROBLEM_TOKEN_MALFORMED : problem_of_status(status), "%s", detail);
}

static void run_handler(struct request *request)
{
    request->route->handler(request);
}

/* Bodies */

static bool is_json(const struct request *request)
{
    struct str rest, type = head_find(request->head, "content-type");
    if (type.data == NULL)
        return true;
    type = str_trim(str_split(type, ';', &rest));
    static const struct str suffix = {"+json", 5};
    return str_equal_nocase(type, STR("application/json")) ||
           (type.size > suffix.size &&
            str_equal_nocase((struct str){type.data + type.size - suffix.size, suffix.size}, suffix));
}

static bool is_encoded(const struct request *request)
{
    struct str encoding = head_find(request->head, "content-encoding");
    return encoding.size > 0 && !str_equal_nocase(encoding, STR("identity"));
}

static void parse(struct request *request)
{
    request->json = json_read(request->arena, request->body, &request->faults);
}

static void on_parsed(struct request *request)
{
    if (request->json == NULL)
        reply_problem(request, request->faults.is_of_value ? PROBLEM_INVALID : PROBLEM_MALFORMED_BODY, NULL);
    else
        idempotent_begin(request, run_handler);
}

void request_refuse_body(struct request *request)
{
    switch (request->body_fault) {
    case BODY_TOO_LARGE:
        reply_problem(request, PROBLEM_TOO_LARGE, NULL);
        break;
    case BODY_TOO_SLOW:
        reply_problem(request, PROBLEM_TIMEOUT, "the body came slower than %d bytes a second",
                      (int)settings.body_rate_bytes);
        break;
    case BODY_NO_ROOM:
        reply_retry_after(request, PROBLEM_BUSY, 1, "too many large bodies at one time");
        break;
    case BODY_LOST:
        reply_problem(request, PROBLEM_MALFORMED_REQUEST, "the body's framing is broken");
        break;
    }
}

enum { NO_BODY_BYTES_MAX = 64 };

static bool is_no_body(struct str body)
{
    while (body.size > 0 && memchr(" \t\r\n", body.data[body.size - 1], 4) != NULL)
        body.size--;
    return body.size == 0 || str_equal(str_trim(body), STR("{}"));
}

static uint64_t body_limit(const struct route *route)
{
    switch (route->body) {
    case BODY_NONE:
        return NO_BODY_BYTES_MAX;
    case BODY_JSON:
        return (uint64_t)settings.body_max_bytes;
    case BODY_BATCH:
        return (uint64_t)settings.batch_max_bytes;
    case BODY_FILE:
        return (uint64_t)settings.fx_file_max_bytes;
    case BODY_STREAM:
        return (uint64_t)settings.upload_max_bytes;
    }
    return 0;
}

static void on_piece(struct request *request, struct str piece, int state)
{
    struct server *server = request->api->server;
    if (state == BODY_MORE && server->body_bytes + piece.size > (size_t)settings.body_memory_bytes) {
        request->body_fault = BODY_NO_ROOM;
        state = BODY_BROKEN;
    }
    if (state == BODY_BROKEN) {
        request_refuse_body(request);
    } else if (state == BODY_MORE) {
        server->body_bytes += piece.size;
        buf_add(&request->received, piece.data, piece.size);
        conn_read_body(request->conn, request->received.limit, on_piece);
    } else {
        request->body = (struct str){request->received.data, request->received.size};
        if (request->route->body == BODY_JSON || request->route->body == BODY_BATCH) {
            offload(request, parse, on_parsed);
        } else if (request->route->body == BODY_FILE || is_no_body(request->body)) {
            idempotent_begin(request, run_handler);
        } else {
            faults_add(&request->faults, "", "must not be there: this takes no body");
            reply_problem(request, PROBLEM_INVALID, NULL);
        }
    }
}

/* The token is good, or none is needed. */
static void read_body(struct request *request)
{
    const struct route *route = request->route;
    if (route->body == BODY_STREAM) {
        idempotent_begin(request, run_handler);
        return;
    }
    if (request->conn == NULL) { /* gone while the token was checked */
        request_refuse_body(request);
        return;
    }
    request->received.limit = (size_t)body_limit(route);
    conn_read_body(request->conn, request->received.limit, on_piece);
}

static void on_stream_piece(struct request *request, struct str piece, int state)
{
    idempotent_saw_piece(request, piece, state);
    request->piece_wanted(request, piece, state);
}

void request_read_body(struct request *request,
                       void (*done)(struct request *request, struct str piece, int state))
{
    request->piece_wanted = done;
    if (request->conn == NULL)
        on_stream_piece(request, (struct str){"", 0}, BODY_BROKEN);
    else
        conn_read_body(request->conn, body_limit(request->route), on_stream_piece);
}

void dispatch(struct request *request)
{
    char allowed[64];
    const struct head *head = request->head;
    write_traceparent(request);
    request->route = route_find(head->method, head->path, request->params, REQUEST_PARAMS_MAX, allowed);
    if (request->route == NULL && allowed[0] != '\0') {
        reply_header(request, "Allow", "%s, OPTIONS", allowed);
        if (head->method == METHOD_OPTIONS)
            reply_empty(request, 204);
        else
            reply_problem(request, PROBLEM_METHOD, NULL);
        return;
    }
    if (request->route == NULL) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
        return;
    }
    for (size_t i = 0; i < REQUEST_PARAMS_MAX && request->params[i].data != NULL; i++) {
        if (request_decode_param(request, &request->params[i]) != 0) {
            reply_problem(request, PROBLEM_NOT_FOUND, NULL);
            return;
        }
    }
    if (head->content_length > body_limit(request->route)) {
        reply_problem(request, PROBLEM_TOO_LARGE, "at most %llu bytes are taken here",
                      (unsigned long long)body_limit(request->route));
    } else if ((request->route->body == BODY_JSON || request->route->body == BODY_BATCH) &&
               !is_json(request)) {
        reply_problem(request, PROBLEM_MEDIA_TYPE, NULL);
    } else if (request->route->body != BODY_STREAM && is_encoded(request)) {
        reply_header(request, "Accept-Encoding", "identity"); /* RFC 9110 §12.5.3 */
        reply_problem(request, PROBLEM_MEDIA_TYPE, "a body is taken here without a content encoding");
    } else if (request->route->access == ACCESS_OPEN) {
        read_body(request);
    } else {
        auth_check(request, read_body);
    }
}

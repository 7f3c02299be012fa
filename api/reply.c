#include "api/reply.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/conn.h"
#include "api/cursor.h"
#include "api/figures.h"
#include "base/clock.h"
#include "base/log.h"

enum { DETAIL_SIZE = 512, HEAD_LIMIT = REQUEST_HEADERS_LIMIT + 512, PAGE_LIMIT = 64 * 1024 * 1024 };

void reply_header(struct request *request, const char *name, const char *format, ...)
{
    va_list arguments;
    char value[DETAIL_SIZE];
    va_start(arguments, format);
    int size = vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    if (size < 0 || size >= DETAIL_SIZE || str_has_control(str_of(value)))
        abort();
    buf_printf(&request->headers, "%s: %s\r\n", name, value);
}

/* RFC 9110 §15. */
static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].reason;
    return "Other";
}

static void note_request(const struct request *request, int status)
{
    figures_count(request, status);
    char path[200];
    snprintf(path, sizeof path, "%.*s", (int)request->head->path.size, request->head->path.data);
    log_at(status == 500 || status == 503 ? LOG_WARN : LOG_DEBUG, "request",
           LOG_TEXT("method", method_name(request->head->method)), LOG_TEXT("path", path),
           LOG_INT("status", status), LOG_INT("us", clock_mono_us() - request->started_us),
           LOG_TEXT("trace", request->traceparent));
}

static bool has_body(const struct request *request, int status)
{
    return request->head->method != METHOD_HEAD && status != 204 && status != 304;
}

/* The one place where an answer leaves. */
static void send_now(struct request *request, int status, const char *content_type, struct str body)
{
    note_request(request, status);
    if (request->conn == NULL) {
        request_free(request);
        return;
    }
    bool may_keep = conn_may_keep(request->conn);
    struct buf head;
    buf_init(&head, HEAD_LIMIT);
    buf_printf(&head, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
    if (content_type != NULL)
        buf_printf(&head, "Content-Type: %s\r\n", content_type);
    if (status != 204 && status != 304)
        buf_printf(&head, "Content-Length: %zu\r\n", body.size);
    if (!may_keep)
        buf_add_text(&head, "Connection: close\r\n");
    buf_printf(&head, "Cache-Control: %s\r\nX-Content-Type-Options: nosniff\r\n",
               request->may_be_kept ? "no-cache" : "no-store");
    if (request->headers.size > 0)
        buf_add(&head, request->headers.data, request->headers.size);
    buf_add_text(&head, "\r\n");
    struct str text = {arena_memdup(request->arena, head.data, head.size), head.size};
    buf_free(&head);
    conn_send(request->conn, text, has_body(request, status) ? body : (struct str){"", 0}, may_keep);
}

static void answer(struct request *request, int status, const char *content_type, struct str body)
{
    if (request->is_answered)
        abort(); /* two answers to one request would be read as the answer to the next */
    request->is_answered = true;
    request->gone = NULL;
    if (request->keep_answer != NULL)
        request->keep_answer(request, status, content_type, body, send_now);
    else
        send_now(request, status, content_type, body);
}

void reply_text(struct request *request, int status, const char *content_type, struct str text)
{
    answer(request, status, content_type, text);
}

/* RFC 9110 §13.1.2, compared weakly: a proxy that packs makes W/"…" of it. */
static bool names_tag(struct str rest, const char *tag)
{
    while (rest.size > 0) {
        struct str one = str_trim(str_split(rest, ',', &rest));
        if (str_starts(one, "W/"))
            one = (struct str){one.data + 2, one.size - 2};
        if (str_equal(one, str_of(tag)) || str_equal(one, STR("*")))
            return true;
    }
    return false;
}

void reply_kept(struct request *request, const char *content_type, const char *tag, struct str text)
{
    request->may_be_kept = true;
    reply_header(request, "ETag", "%s", tag);
    if (names_tag(head_find(request->head, "if-none-match"), tag))
        answer(request, 304, NULL, (struct str){"", 0});
    else
        answer(request, 200, content_type, text);
}

void reply_json(struct request *request, int status, const char *text)
{
    answer(request, status, "application/json", str_of(text));
}

void reply_empty(struct request *request, int status)
{
    answer(request, status, NULL, (struct str){"", 0});
}

static void send_problem(struct request *request, enum problem problem, const char *detail)
{
    if (problem_status(problem) == 401) /* RFC 6750 §3: no error code when there was no token */
        reply_header(request, "WWW-Authenticate",
                     problem == PROBLEM_TOKEN_MISSING || problem == PROBLEM_CREDENTIALS
                         ? "Bearer"
                         : "Bearer error=\"invalid_token\"");
    answer(request, problem_status(problem), "application/problem+json",
           str_of(problem_write(request->arena, problem, detail, &request->faults)));
}

void reply_problem(struct request *request, enum problem problem, const char *format, ...)
{
    char detail[DETAIL_SIZE];
    if (format != NULL) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(detail, sizeof detail, format, arguments);
        va_end(arguments);
    }
    send_problem(request, problem, format == NULL ? NULL : detail);
}

void reply_retry_after(struct request *request, enum problem problem, int64_t seconds, const char *detail)
{
    reply_header(request, "Retry-After", "%" PRId64, seconds < 1 ? 1 : seconds);
    send_problem(request, problem, detail);
}

void reply_error(struct request *request, const struct err *err)
{
    log_at(err->class == ERR_BUG ? LOG_ERROR : LOG_WARN, "request_failed",
           LOG_TEXT("class", err_class_name(err->class)), LOG_TEXT("error", err->text),
           LOG_TEXT("trace", request->traceparent));
    if (err->class == ERR_RETRY)
        reply_retry_after(request, PROBLEM_BUSY, 1, "a server behind this one does not answer");
    else if (err->class == ERR_REJECT)
        send_problem(request, PROBLEM_INVALID, err->text);
    else
        send_problem(request, PROBLEM_INTERNAL, NULL);
}

void reply_accepted(struct request *request, const struct id *job, const char *text)
{
    char id[ID_TEXT_SIZE];
    id_format(job, id);
    reply_header(request, "Location", "/v1/jobs/%s", id);
    reply_json(request, 202, text);
}

/* The request's own path and query with another cursor: what Link: rel="next" names (RFC 8288). */
static void add_link(struct request *request, const char *cursor)
{
    struct buf target;
    buf_init(&target, HEAD_BYTES_MAX + 2048);
    buf_add(&target, request->head->path.data, request->head->path.size);
    struct str rest = request->head->query;
    const char *mark = "?";
    while (rest.size > 0) {
        struct str item = str_split(rest, '&', &rest);
        if (item.size == 0 || str_starts(item, "cursor="))
            continue;
        buf_add_text(&target, mark);
        buf_add(&target, item.data, item.size);
        mark = "&";
    }
    buf_printf(&target, "%scursor=%s", mark, cursor);
    buf_printf(&request->headers, "Link: <%s>; rel=\"next\"\r\n", target.data);
    buf_free(&target);
    if (request->headers.overflowed) { /* a long query: the cursor is in the body all the same */
        request->headers.overflowed = false;
    }
}

void reply_page(struct request *request, const char *array, const char *next)
{
    const char *cursor =
        next == NULL ? NULL
                     : cursor_write(request->arena, &request->api->secret, request->route->pattern, next);
    if (cursor != NULL)
        add_link(request, cursor);
    struct buf *text = buf_new(request->arena, PAGE_LIMIT);
    const char *quote = cursor == NULL ? "" : "\"";
    buf_printf(text, "{\"data\":%s,\"next_cursor\":%s%s%s}", array == NULL ? "[]" : array, quote,
               cursor == NULL ? "null" : cursor, quote);
    reply_json(request, 200, text->overflowed ? "{}" : text->data);
}

void reply_events(struct request *request)
{
    if (request->is_answered)
        abort();
    request->is_answered = true;
    if (request->conn != NULL)
        conn_stream_start(request->conn, STR("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                             "Cache-Control: no-store\r\nConnection: close\r\n\r\n"));
}

bool reply_event(struct request *request, const char *event, const char *data)
{
    if (request->conn == NULL || request->head->method == METHOD_HEAD)
        return false;
    const char *text = arena_printf(request->arena, "%s%s%sdata: %s\n\n",
                                    event == NULL ? "" : "event: ", event == NULL ? "" : event,
                                    event == NULL ? "" : "\n", data);
    return conn_stream_write(request->conn, str_of(text));
}

void reply_events_end(struct request *request)
{
    request->gone = NULL;
    note_request(request, 200);
    if (request->conn == NULL)
        request_free(request);
    else
        conn_stream_end(request->conn);
}

void reply_pieces(struct request *request, const char *content_type, void (*next)(struct request *request))
{
    if (request->is_answered)
        abort();
    request->is_answered = true;
    note_request(request, 200);
    if (request->conn == NULL) {
        request_free(request);
        return;
    }
    const char *head = arena_printf(
        request->arena,
        "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%sConnection: close\r\nCache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n%.*s\r\n",
        content_type, request->head->is_http_1_0 ? "" : "Transfer-Encoding: chunked\r\n",
        (int)request->headers.size, request->headers.data == NULL ? "" : request->headers.data);
    bool is_head = request->head->method == METHOD_HEAD;
    conn_send_piece(request->conn, str_of(head), (struct str){"", 0}, is_head ? NULL : next);
}

void reply_piece(struct request *request, struct buf *piece, void (*next)(struct request *request))
{
    if (request->conn == NULL) {
        request_free(request);
        return;
    }
    struct str size = {"", 0};
    if (!request->head->is_http_1_0) {
        size = str_of(arena_printf(request->arena, "%zx\r\n", piece->size));
        buf_add_text(piece, "\r\n");
    }
    conn_send_piece(request->conn, size, (struct str){piece->data, piece->size}, next);
}

void reply_pieces_end(struct request *request)
{
    if (request->conn == NULL)
        request_free(request);
    else
        conn_send(request->conn, request->head->is_http_1_0 ? (struct str){"", 0} : STR("0\r\n\r\n"),
                  (struct str){"", 0}, false);
}

void reply_pieces_break(struct request *request)
{
    if (request->conn != NULL)
        conn_close(request->conn);
    request_free(request);
}

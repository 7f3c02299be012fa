#include "api/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/body_buffer.h"
#include "api/request.h"
#include "api/write_copy.h"
#include "base/buf.h"
#include "base/settings.h"

enum {
    IN_MORE_BELOW = SERVER_READ_SIZE, /* reading goes on while fewer bytes wait */
    IN_LIMIT = 2 * SERVER_READ_SIZE,
    IN_KEPT = 4096, /* a larger empty buffer is given back */
    /* After the last answer a client that still sends is read and dropped for a while: closing at once would
     * reset the connection and destroy the answer before he reads it (RFC 9112 §9.6). */
    LINGER_MS = 2000, /* since he last sent something */
    LINGER_ALL_MS = 30000,
    LINGER_BYTES = 64 << 20,
    STREAM_QUEUE_LIMIT = 64 * 1024,
    HEARTBEAT_MS = 15000,
};

enum conn_state {
    CONN_HEAD,   /* waits for a head, or has part of one */
    CONN_WORK,   /* a request is being answered */
    CONN_SEND,   /* an answer is on its way */
    CONN_STREAM, /* an answer without end */
    CONN_LINGER, /* all is said; reads and drops until the client closes */
};

struct conn {
    uv_tcp_t tcp;
    uv_timer_t timer;
    struct server *server;
    struct conn *next, *previous;
    struct request *request;
    struct buf in; /* read and not yet looked at */
    size_t head_checked;
    enum conn_state state;
    bool is_reading, is_pumping, saw_eof, keep_alive, is_draining, is_closing, has_head_timer;

    struct body_buffer body; /* of the request */
    bool body_wanted, owes_continue;
    uint64_t body_limit;
    void (*body_done)(struct request *request, struct str piece, int state);

    uv_write_t write;
    uv_shutdown_t shutdown;
    size_t write_left, lingered;
    uint64_t linger_end_ms;
    void (*piece_taken)(struct request *request); /* the answer goes on behind what is on its way */
    int closing_handles;
};

static void pump(struct conn *conn);
static void on_timer(uv_timer_t *timer);

static void start_timer(struct conn *conn, int64_t ms)
{
    uv_timer_start(&conn->timer, on_timer, (uint64_t)ms, 0);
}

static void on_closed(uv_handle_t *handle)
{
    struct conn *conn = handle->data;
    if (--conn->closing_handles > 0)
        return;
    buf_free(&conn->in);
    free(conn);
}

/* The client is gone: whoever waits for its body or for it must learn so. */
static void orphan(struct conn *conn, struct request *request)
{
    request->conn = NULL;
    conn->request = NULL;
    void (*gone)(struct request *) = request->gone;
    request->gone = NULL;
    if (conn->body_wanted) {
        conn->body_wanted = false;
        conn->body_done(request, (struct str){"", 0}, BODY_BROKEN);
    } else if (gone != NULL) {
        gone(request);
    } else if (conn->state == CONN_SEND) {
        request_free(request);
    }
}

void conn_close(struct conn *conn)
{
    if (conn->is_closing)
        return;
    conn->is_closing = true;
    struct server *server = conn->server;
    *(conn->previous == NULL ? &server->conns : &conn->previous->next) = conn->next;
    if (conn->next != NULL)
        conn->next->previous = conn->previous;
    server->conn_count--;
    body_buffer_free(&conn->body);
    conn->closing_handles = 2;
    uv_close((uv_handle_t *)&conn->timer, on_closed);
    uv_close((uv_handle_t *)&conn->tcp, on_closed);
    if (conn->request != NULL)
        orphan(conn, conn->request);
    server_check_drained(server);
}

struct conn *conn_next(struct conn *conn)
{
    return conn->next;
}

/* Reading */

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)size;
    struct conn *conn = handle->data;
    *buf = uv_buf_init(conn->server->read_buffer, SERVER_READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct conn *conn = stream->data;
    if (size == 0)
        return;
    if (size > 0 && conn->state == CONN_LINGER) {
        conn->lingered += (size_t)size;
        if (conn->lingered > LINGER_BYTES || uv_now(conn->tcp.loop) > conn->linger_end_ms)
            conn_close(conn);
        else
            start_timer(conn, LINGER_MS);
        return;
    }
    if (size > 0) {
        buf_add(&conn->in, buf->base, (size_t)size);
    } else {
        /* An end is the client's right once its request is whole; the answer is sent still. An error is not.
         */
        conn->saw_eof = true;
        bool is_waited_for = conn->state == CONN_SEND ||
                             (conn->state == CONN_WORK && !conn->body_wanted && conn->request->gone == NULL);
        if (size != UV_EOF || !is_waited_for) {
            conn_close(conn);
            return;
        }
    }
    pump(conn);
}

static void update_reading(struct conn *conn)
{
    bool want = !conn->is_closing && !conn->saw_eof && conn->in.size < IN_MORE_BELOW;
    if (want == conn->is_reading || conn->is_closing)
        return;
    conn->is_reading = want;
    if (want)
        uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read);
    else
        uv_read_stop((uv_stream_t *)&conn->tcp);
}

/* Writing */

static void finish_answer(struct conn *conn)
{
    struct request *request = conn->request;
    conn->request = NULL;
    body_buffer_free(&conn->body);
    request_free(request);
    if (conn->keep_alive && !conn->is_draining && (!conn->saw_eof || conn->in.size > 0)) {
        conn->state = CONN_HEAD;
        conn->head_checked = 0;
        pump(conn);
        return;
    }
    if (conn->saw_eof) {
        conn_close(conn);
        return;
    }
    conn->state = CONN_LINGER;
    buf_free(&conn->in);
    conn->linger_end_ms = uv_now(conn->tcp.loop) + LINGER_ALL_MS;
    start_timer(conn, LINGER_MS);
    if (uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->tcp, NULL) != 0) {
        conn_close(conn);
        return;
    }
    update_reading(conn);
}

static void finish_send(struct conn *conn)
{
    void (*taken)(struct request *) = conn->piece_taken;
    if (taken == NULL) {
        finish_answer(conn);
        return;
    }
    conn->piece_taken = NULL;
    conn->state = CONN_WORK;
    uv_timer_stop(&conn->timer);
    taken(conn->request);
}

static void on_written(uv_write_t *write, int status)
{
    struct conn *conn = write->handle->data;
    if (conn->is_closing)
        return;
    if (status < 0)
        conn_close(conn);
    else
        finish_send(conn);
}

bool conn_may_keep(struct conn *conn)
{
    /* If more of the body is still to come, the connection can't be kept. */
    return conn->keep_alive && !conn->is_draining && body_buffer_skip(&conn->body, &conn->in);
}

void conn_send(struct conn *conn, struct str head, struct str body, bool may_keep)
{
    conn->body_wanted = false;
    conn->keep_alive = may_keep && conn->keep_alive;
    conn->state = CONN_SEND;
    uv_buf_t bufs[2] = {uv_buf_init((char *)head.data, (unsigned)head.size),
                        uv_buf_init((char *)body.data, (unsigned)body.size)};
    int sent = uv_try_write((uv_stream_t *)&conn->tcp, bufs, body.size > 0 ? 2 : 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        conn_close(conn);
        return;
    }
    size_t done = sent < 0 ? 0 : (size_t)sent;
    if (done == head.size + body.size) {
        finish_send(conn);
        return;
    }
    size_t of_head = done < head.size ? done : head.size;
    bufs[0] = uv_buf_init((char *)head.data + of_head, (unsigned)(head.size - of_head));
    bufs[1] = uv_buf_init((char *)body.data + (done - of_head), (unsigned)(body.size - (done - of_head)));
    if (uv_write(&conn->write, (uv_stream_t *)&conn->tcp, bufs, 2, on_written) != 0) {
        conn_close(conn);
        return;
    }
    conn->write_left = SIZE_MAX;
    start_timer(conn, settings.send_ms);
}

void conn_send_piece(struct conn *conn, struct str head, struct str text,
                     void (*taken)(struct request *request))
{
    conn->piece_taken = taken;
    conn_send(conn, head, text, false);
}

static void on_write_failed(uv_stream_t *stream)
{
    conn_close(stream->data);
}

bool conn_stream_write(struct conn *conn, struct str text)
{
    uv_stream_t *stream = (uv_stream_t *)&conn->tcp;
    return !conn->is_closing && uv_stream_get_write_queue_size(stream) <= STREAM_QUEUE_LIMIT &&
           write_copy(stream, text, on_write_failed) == 0;
}

void conn_stream_start(struct conn *conn, struct str head)
{
    conn->state = CONN_STREAM;
    conn->keep_alive = false;
    conn_stream_write(conn, head);
    start_timer(conn, HEARTBEAT_MS);
}

void conn_stream_end(struct conn *conn)
{
    finish_answer(conn);
}

/* Bodies */

static void deliver(struct conn *conn, struct str piece, int state)
{
    conn->body_wanted = false;
    uv_timer_stop(&conn->timer);
    conn->body_done(conn->request, piece, state);
}

static void deliver_broken(struct conn *conn)
{
    conn->keep_alive = false;
    conn->request->body_fault = conn->body.fault;
    deliver(conn, (struct str){"", 0}, BODY_BROKEN);
}

/* False: more must come. */
static bool pump_body(struct conn *conn)
{
    enum body_state state;
    if (!body_buffer_fill(&conn->body, &conn->in, conn->saw_eof, conn->body_limit, &state))
        return false;
    if (state == BODY_BROKEN) {
        deliver_broken(conn);
        return true;
    }
    struct buf piece = body_buffer_take(&conn->body); /* deliver may ask for the next piece */
    deliver(conn, (struct str){piece.size == 0 ? "" : piece.data, piece.size}, state);
    buf_free(&piece);
    return true;
}

void conn_read_body(struct conn *conn, uint64_t limit,
                    void (*done)(struct request *request, struct str piece, int state))
{
    conn->body_wanted = true;
    conn->body_done = done;
    conn->body_limit = limit;
    conn->body.window_bytes = 0;
    start_timer(conn, BODY_WINDOW_MS);
    if (conn->owes_continue && conn->in.size == 0)
        conn_stream_write(conn, STR("HTTP/1.1 100 Continue\r\n\r\n"));
    conn->owes_continue = false;
    pump(conn);
}

/* Heads */

static void start_request(struct conn *conn, size_t size)
{
    struct request *request = request_new(conn->server->api, conn);
    conn->request = request;
    conn->state = CONN_WORK;
    conn->has_head_timer = false;
    uv_timer_stop(&conn->timer);
    struct head_fault fault;
    struct str bytes = {arena_memdup(request->arena, conn->in.data, size), size};
    buf_consume(&conn->in, size);
    conn->head_checked = 0;
    if (head_parse(bytes, request->head, &fault) != 0) {
        conn->keep_alive = false;
        conn->body.framing.ended = true;
        conn->server->handler.refuse(request, fault.status, fault.detail);
        return;
    }
    const struct head *head = request->head;
    conn->keep_alive = head->keep_alive;
    body_buffer_start(&conn->body, head);
    conn->owes_continue = head->expects_continue && !conn->body.framing.ended;
    conn->server->handler.handle(request);
}

static void refuse_head(struct conn *conn, int status, const char *detail)
{
    conn->request = request_new(conn->server->api, conn);
    conn->state = CONN_WORK;
    conn->keep_alive = false;
    conn->body.framing.ended = true;
    conn->server->handler.refuse(conn->request, status, detail);
}

/* False: more bytes must come. */
static bool pump_head(struct conn *conn)
{
    struct head_fault fault;
    if (conn->head_checked == 0 && conn->in.size >= 2 && memcmp(conn->in.data, "\r\n", 2) == 0)
        buf_consume(&conn->in, 2); /* RFC 9112 §2.2: one empty line before a request is ignored */
    long size = conn->in.size == 0
                    ? 0
                    : head_scan((struct str){conn->in.data, conn->in.size}, &conn->head_checked, &fault);
    if (size < 0)
        refuse_head(conn, fault.status, fault.detail);
    else if (size > 0)
        start_request(conn, (size_t)size);
    if (size != 0)
        return true;
    if (conn->in.size == 0) {
        conn->has_head_timer = false;
        start_timer(conn, settings.idle_ms);
    } else if (!conn->has_head_timer) {
        conn->has_head_timer = true;
        start_timer(conn, settings.head_ms);
    }
    return false;
}

static void pump(struct conn *conn)
{
    if (conn->is_pumping)
        return; /* the loop below goes on when its callee returns */
    conn->is_pumping = true;
    bool moved = true;
    while (moved && !conn->is_closing) {
        moved = false;
        if (conn->state == CONN_HEAD)
            moved = pump_head(conn);
        else if (conn->state == CONN_WORK && conn->body_wanted)
            moved = pump_body(conn);
    }
    conn->is_pumping = false;
    if (conn->is_closing)
        return;
    if (conn->state == CONN_HEAD && (conn->saw_eof || (conn->is_draining && conn->in.size == 0))) {
        conn_close(conn);
        return;
    }
    if (conn->in.size == 0 && conn->in.capacity > IN_KEPT)
        buf_free(&conn->in);
    update_reading(conn);
}

void conn_drain(struct conn *conn)
{
    conn->is_draining = true;
    if ((conn->state == CONN_HEAD && conn->in.size == 0) || conn->state == CONN_STREAM)
        conn_close(conn);
}

static void on_timer(uv_timer_t *timer)
{
    struct conn *conn = timer->data;
    if (conn->state == CONN_HEAD && conn->in.size > 0) {
        refuse_head(conn, 408, "the head took too long");
    } else if (conn->state == CONN_WORK && conn->body_wanted) {
        if (body_buffer_is_slow(&conn->body)) {
            body_buffer_break(&conn->body, BODY_TOO_SLOW);
            deliver_broken(conn);
        } else {
            start_timer(conn, BODY_WINDOW_MS);
        }
    } else if (conn->state == CONN_STREAM) {
        if (conn_stream_write(conn, STR(":\n\n")))
            start_timer(conn, HEARTBEAT_MS);
        else
            conn_close(conn);
    } else if (conn->state == CONN_SEND) {
        size_t left = uv_stream_get_write_queue_size((uv_stream_t *)&conn->tcp);
        if (left >= conn->write_left) {
            conn_close(conn);
            return;
        }
        conn->write_left = left;
        start_timer(conn, settings.send_ms);
    } else {
        conn_close(conn);
    }
}

void conn_accept(struct server *server, uv_stream_t *listener)
{
    struct conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        abort();
    conn->server = server;
    conn->tcp.data = conn->timer.data = conn;
    uv_tcp_init(server->api->loop, &conn->tcp);
    uv_timer_init(server->api->loop, &conn->timer);
    buf_init(&conn->in, IN_LIMIT);
    body_buffer_init(&conn->body, &server->body_bytes);
    conn->next = server->conns;
    if (conn->next != NULL)
        conn->next->previous = conn;
    server->conns = conn;
    server->conn_count++;
    if (uv_accept(listener, (uv_stream_t *)&conn->tcp) != 0 ||
        server->conn_count > settings.connections_max) {
        conn_close(conn);
        return;
    }
    uv_tcp_nodelay(&conn->tcp, 1);
    conn->state = CONN_HEAD;
    pump(conn);
}

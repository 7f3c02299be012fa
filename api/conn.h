#ifndef API_CONN_H
#define API_CONN_H

/*
 * One client connection: reads heads and bodies, one request at a time in the order they came (pipelining
 * waits in the buffer), writes answers, and minds the clock: how long a head may take, how slow a body may
 * be, how long it may idle, how long a client may leave an answer unread. Knows nothing of routes or tokens:
 * api/dispatch does.
 */

#include <stdbool.h>

#include "api/request.h"
#include "api/server.h"

struct conn;

void conn_accept(struct server *server, uv_stream_t *listener);
struct conn *conn_next(struct conn *conn);

/* At once, whatever it was doing. Its request, if any, goes on without it (request->conn is NULL). */
void conn_close(struct conn *conn);

/* The process is to end: closes when idle, else behind the answer. */
void conn_drain(struct conn *conn);

/* Asks for the next piece of the body: done is called with a piece of at most BODY_PIECE_SIZE and BODY_MORE,
 * or an empty one and BODY_END or BODY_BROKEN (request->body_fault says why). limit: a longer body is broken.
 * Sends 100 Continue first when the client waits for it. */
void conn_read_body(struct conn *conn, uint64_t limit,
                    void (*done)(struct request *request, struct str piece, int state));

/* Sends an answer and ends the request; both texts live in its arena. may_keep: another request may follow.
 */
void conn_send(struct conn *conn, struct str head, struct str body, bool may_keep);

/* Sends a part of an answer, both texts as for conn_send but alive until `taken` is called, which is once,
 * when the next may come, or never, when the client went: then the request has been freed. conn_send ends it.
 */
void conn_send_piece(struct conn *conn, struct str head, struct str text,
                     void (*taken)(struct request *request));

/* Starts an answer without end; then pieces; then the end, which closes. False when the client does not keep
 * up. */
void conn_stream_start(struct conn *conn, struct str head);
bool conn_stream_write(struct conn *conn, struct str text);
void conn_stream_end(struct conn *conn);

/* Whether the answer may say keep-alive. What came of the body and was not read is dropped. */
bool conn_may_keep(struct conn *conn);

#endif

#ifndef API_REPLY_H
#define API_REPLY_H

/* Answers. Each request is answered exactly once, by one of these; headers are added before. Texts are copied
 * or live in the request's arena. */

#include "api/problem.h"
#include "api/request.h"
#include "base/err.h"

/* Adds a header to the answer to come. A CR or LF in it is a bug and aborts. */
void reply_header(struct request *request, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* application/json; text must live as long as the request. */
void reply_json(struct request *request, int status, const char *text);

/* Any other type. */
void reply_text(struct request *request, int status, const char *content_type, struct str text);

/* A text that the client may keep and must ask about again (RFC 9111 §5.2.2.4): with `tag`, a quoted strong
 * ETag, and 304 when If-None-Match names it. All other answers are not to be kept. */
void reply_kept(struct request *request, const char *content_type, const char *tag, struct str text);

/* No body: 204 and the like. */
void reply_empty(struct request *request, int status);

/* A problem; format NULL: without detail. Takes request->faults along as `errors`. */
void reply_problem(struct request *request, enum problem problem, const char *format, ...) PRINTF_LIKE(3, 4);

/* 429 or 503 (BUSY) with Retry-After. */
void reply_retry_after(struct request *request, enum problem problem, int64_t seconds, const char *detail);

/* What a failed statement or call means: ERR_RETRY 503 with Retry-After, ERR_REJECT 422, ERR_BUG 500. The
 * words of the error are logged and, but for ERR_REJECT, not shown. */
void reply_error(struct request *request, const struct err *err);

/* 202 for an accepted job: Location: /v1/jobs/ID; text is the body, `{"job": …}`. */
void reply_accepted(struct request *request, const struct id *job, const char *text);

/* {"data": array, "next_cursor": …} with Link: rel="next"; next NULL on the last page. */
void reply_page(struct request *request, const char *array, const char *next);

/* A page made of rows whose last column is one item's JSON text and whose columns before it are the keyset.
 * The statement was asked for limit + 1 rows: the one too many says that there is a next page. The cursor's
 * parts are the keyset of the last row sent, as text: dates YYYY-MM-DD, ids, whole numbers, instants in ms
 * since 1970. */
void reply_rows(struct request *request, const struct db_rows *rows, int64_t limit);

/* Server-sent events (WHATWG HTML §9.2). reply_events starts the stream; event may be NULL; data must be one
 * line. False: the client does not keep up, has gone, or asked by HEAD: end it. reply_events_end must be
 * called once. */
void reply_events(struct request *request);
bool reply_event(struct request *request, const char *event, const char *data);
void reply_events_end(struct request *request);

/* An answer in pieces, whose size nobody knows beforehand: chunked (RFC 9112 §7.1), to an HTTP/1.0 client
 * bare. reply_pieces sends the head, then calls next; reply_piece sends a piece, which must not be empty, may
 * grow by the end of its chunk and must live until next is called; that is when the client has taken it, so
 * that a slow one slows the handler down. One of reply_pieces_end and reply_pieces_break ends it: the second
 * closes without the last chunk, by which the client knows that a part is missing. When the client goes while
 * a piece is on its way, next is never called and the request is freed; when it goes while the handler works
 * on the next, these functions free it. */
void reply_pieces(struct request *request, const char *content_type, void (*next)(struct request *request));
void reply_piece(struct request *request, struct buf *piece, void (*next)(struct request *request));
void reply_pieces_end(struct request *request);
void reply_pieces_break(struct request *request);

#endif

#ifndef BASE_METRICS_HTTP_H
#define BASE_METRICS_HTTP_H

/* Serves GET /metrics on a loop, for programs that speak no HTTP otherwise: one short request a connection,
 * whatever its path, answered and closed. Not for the open network: bind it to loopback or a socket. */

#include <uv.h>

#include "base/buf.h"
#include "base/err.h"

struct metrics_http;

/* listen: HOST:PORT or unix:PATH (an existing socket there is replaced). write is called for each request.
 * ERR_REJECT when the address is wrong, ERR_RETRY when it is taken. */
struct metrics_http *metrics_http_open(uv_loop_t *loop, const char *listen,
                                       void (*write)(void *data, struct buf *out), void *data,
                                       struct err *err);

#endif

#ifndef API_OFFLOAD_H
#define API_OFFLOAD_H

/* Work of more than a millisecond, such as parsing a megabyte of JSON (28 ms), on another thread: it would
 * hold up everybody on the loop. Meanwhile the request and its arena are that thread's alone. */

#include "api/request.h"

/* Bytes of JSON below which work is done at once: under a millisecond. */
enum { OFFLOAD_ABOVE_BYTES = 32 * 1024 };

/* Runs work(request) on another thread, then done(request) on the loop. */
void offload_always(struct request *request, void (*work)(struct request *request),
                    void (*done)(struct request *request));

/* Runs work(request), elsewhere when the request's body is large, then done(request) on the loop. */
void offload(struct request *request, void (*work)(struct request *request),
             void (*done)(struct request *request));

#endif

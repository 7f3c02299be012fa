#ifndef API_API_H
#define API_API_H

/* What one API process has: made by main, handed to every request as request->api. Nobody else's state is
 * global. */

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct server;
struct db_pool;

struct api {
    uv_loop_t *loop;
    struct db_pool *pool;
    struct server *server;
    bool draining; /* SIGTERM came: no new connections, each answer closes its own */
};

#endif

#ifndef DB_DB_UV_H
#define DB_DB_UV_H

/*
 * A pool of PostgreSQL connections on a libuv loop, for the API: nothing here blocks. Each statement runs in
 * a transaction of its own. A statement waits in line for a connection; the line and the wait are limited. A
 * lost connection is made anew after a growing pause; what it was running fails with ERR_RETRY and may have
 * happened, what still waited runs on another. A statement that lost against others running beside it (a
 * deadlock, a partition in the making) was taken back whole and is run again, up to three times. One
 * thread.
 */

#include <uv.h>

#include "base/err.h"
#include "db/db.h"

struct db_pool;

struct db_answer {
    struct db_rows rows; /* in the arena of the parameters */
    int result;          /* 0, or -1: err and sqlstate say why */
    struct err err;
    char sqlstate[6];    /* "23505"; "" when the server did not say */
    char constraint[64]; /* the violated one; "" */
};

typedef void db_pool_done(void *arg, struct db_answer *answer);

struct db_pool_options {
    const char *url;
    int connections;      /* 1..DB_POOL_MAX */
    int waiting_max;      /* statements in line; more fail at once with ERR_RETRY */
    int64_t wait_ms;      /* the longest wait in line */
    int64_t statement_ms; /* the server ends a statement after this (statement_timeout) */
};

enum { DB_POOL_MAX = 64 };

/* Starts to connect. Never fails: statements wait for the first connection. */
struct db_pool *db_pool_new(uv_loop_t *loop, const struct db_pool_options *options);

/* Fails what waits and runs, closes all; the memory is freed when the loop has run its close callbacks. */
void db_pool_close(struct db_pool *pool);

/* Runs a statement; done is called exactly once, never from within this call. params and what they point to
 * must live until then. */
void db_pool_run(struct db_pool *pool, const struct sql *sql, const struct db_params *params,
                 db_pool_done *done, void *arg);

/* For /metrics: connections that are up, statements in line and running. */
struct db_pool_state {
    int connected, waiting, running;
};
struct db_pool_state db_pool_state(const struct db_pool *pool);

#endif

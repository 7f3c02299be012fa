#ifndef DB_DB_LINK_H
#define DB_DB_LINK_H

/*
 * One connection of the pool (db/db_uv.h): connects without blocking, runs one statement at a time in libpq's
 * pipeline mode, and is made anew after a growing pause when it was lost. Knows neither the line of
 * statements nor the other connections: it says when it is idle and hands back what it could not run.
 */

#include <uv.h>

#include "db/db_uv.h"
#include "db/prepared.h"

/* A statement on its way. Lives in the arena of its parameters. */
struct db_statement {
    const struct sql *sql;
    const struct db_params *params;
    db_pool_done *done;
    void *arg;
    int64_t deadline_ms; /* uv_now when it has waited too long in the pool's line */
    int runs;
    struct db_statement *next;
    struct db_answer answer;
};

struct db_link;

/* What all links of a pool have in common. */
struct db_link_options {
    uv_loop_t *loop;
    const char *url;
    int64_t statement_ms; /* the server ends a statement after this */
    struct db_pool *pool;
    /* It can run a statement: to be given one at once, or later. */
    void (*idle)(struct db_pool *pool, struct db_link *link);
    /* The connection was lost under the statement; answer says so. May be called from within db_link_run. */
    void (*failed)(struct db_pool *pool, struct db_statement *statement);
};

enum db_link_state { DB_LINK_DOWN, DB_LINK_CONNECTING, DB_LINK_IDLE, DB_LINK_BUSY };

struct db_link {
    const struct db_link_options *options;
    PGconn *connection;
    uv_poll_t *poll;  /* made anew for each socket; freed by its close callback */
    uv_timer_t timer; /* connecting: gives up. down: tries again. busy: the server is gone */
    enum db_link_state state;
    int events;
    int64_t backoff_ms;
    bool is_preparing, is_closing;
    struct db_statement *running;
    struct prepared prepared;
    struct db_statement setup; /* the first statement of a connection is the link's own */
    struct db_params setup_params;
    struct arena setup_arena;
    void (*closed)(struct db_pool *pool);
};

/* Starts to connect. The options must live as long as the link. */
void db_link_open(struct db_link *link, const struct db_link_options *options);

/* For an idle link. Calls the statement's done when it has ended, or options->failed. */
void db_link_run(struct db_link *link, struct db_statement *statement);

/* Hands back what runs; the link's memory may go when closed is called. */
void db_link_close(struct db_link *link, void (*closed)(struct db_pool *pool));

#endif

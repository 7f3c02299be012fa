#include "db/db_uv.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/prepared.h"
#include "db/types.h"

enum {
    BACKOFF_MIN_MS = 50,
    BACKOFF_MAX_MS = 2000,
    CONNECT_MS = 10000,
    GRACE_MS = 5000, /* past the server's own timeout: then the network or the server is gone */
    RUNS_MAX = 4,    /* of a statement that the server takes back whole */
};

/* One statement on its way. */
struct entry {
    const struct sql *sql;
    const struct db_params *params;
    db_pool_done *done;
    void *arg;
    int64_t deadline_ms; /* uv_now when it has waited too long */
    int runs;
    struct entry *next;
    struct db_answer answer;
};

struct line {
    struct entry *first, **last;
    int count;
};

enum link_state { LINK_DOWN, LINK_CONNECTING, LINK_IDLE, LINK_BUSY };

/* One connection. */
struct link {
    struct db_pool *pool;
    PGconn *connection;
    uv_poll_t *poll;  /* made anew for each socket; freed by its close callback */
    uv_timer_t timer; /* connecting: gives up. down: tries again. busy: the server is gone */
    enum link_state state;
    int events;
    int64_t backoff_ms;
    struct entry *running;
    bool is_preparing;
    struct prepared prepared;
    struct arena setup_arena;
    struct db_params setup;
    struct entry *setup_entry;
};

struct db_pool {
    uv_loop_t *loop;
    struct db_pool_options options;
    char *url;
    struct line waiting;
    struct line failed;      /* done is owed, not from within db_pool_run */
    uv_timer_t wait_timer;   /* the first in line has waited too long */
    uv_timer_t failed_timer; /* of no time: the next turn of the loop */
    bool is_closing;
    int open_handles;
    struct link links[];
};

static void line_init(struct line *line)
{
    *line = (struct line){.last = &line->first};
}

static void line_add(struct line *line, struct entry *entry)
{
    entry->next = NULL;
    *line->last = entry;
    line->last = &entry->next;
    line->count++;
}

static struct entry *line_take(struct line *line)
{
    struct entry *entry = line->first;
    if (entry == NULL)
        return NULL;
    line->first = entry->next;
    if (line->first == NULL)
        line->last = &line->first;
    line->count--;
    return entry;
}

/* Calls done; the entry lives in the arena of its parameters and must not be touched afterwards. */
static void finish(struct entry *entry)
{
    if (entry->done != NULL)
        entry->done(entry->arg, &entry->answer);
}

static void on_failed_timer(uv_timer_t *timer)
{
    struct db_pool *pool = timer->data;
    struct entry *entry;
    while ((entry = line_take(&pool->failed)) != NULL)
        finish(entry);
}

static void fail_later(struct db_pool *pool, struct entry *entry)
{
    entry->answer.result = -1;
    line_add(&pool->failed, entry);
    if (!pool->is_closing)
        uv_timer_start(&pool->failed_timer, on_failed_timer, 0, 0);
}

/* Connections going down */

static void on_poll_closed(uv_handle_t *handle)
{
    free(handle);
}

/* libpq closes and opens sockets as it likes: the watcher must be gone before it does. */
static void stop_polling(struct link *link)
{
    if (link->poll == NULL)
        return;
    uv_poll_stop(link->poll);
    uv_close((uv_handle_t *)link->poll, on_poll_closed);
    link->poll = NULL;
    link->events = 0;
}

static void connect_link(uv_timer_t *timer);

static void take_down(struct link *link)
{
    struct db_pool *pool = link->pool;
    struct entry *entry = link->running;
    link->running = NULL;
    if (entry != NULL && entry->answer.result == 0)
        entry->answer.result = db_error_of(NULL, link->connection, &entry->answer.err);
    stop_polling(link);
    PQfinish(link->connection);
    link->connection = NULL;
    link->state = LINK_DOWN;
    if (entry != NULL)
        fail_later(pool, entry);
    if (pool->is_closing)
        return;
    uv_timer_start(&link->timer, connect_link, (uint64_t)link->backoff_ms, 0);
    link->backoff_ms = link->backoff_ms * 2 < BACKOFF_MAX_MS ? link->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static void on_link_timeout(uv_timer_t *timer)
{
    struct link *link = timer->data;
    if (link->running != NULL)
        link->running->answer.result =
            err_set(&link->running->answer.err, ERR_RETRY, "PostgreSQL did not answer in time");
    take_down(link);
}

/* Sending */

static void on_poll(uv_poll_t *poll, int status, int events);

static void poll_for(struct link *link, int events)
{
    if (link->poll != NULL && link->events == events)
        return;
    if (link->poll == NULL) {
        link->poll = malloc(sizeof *link->poll);
        if (link->poll == NULL)
            abort();
        if (uv_poll_init(link->pool->loop, link->poll, PQsocket(link->connection)) != 0)
            abort(); /* only a bad descriptor makes it fail */
        link->poll->data = link;
    }
    link->events = events;
    uv_poll_start(link->poll, events, on_poll);
}

static int flush(struct link *link)
{
    int left = PQflush(link->connection);
    if (left < 0)
        return -1;
    poll_for(link, left > 0 ? UV_READABLE | UV_WRITABLE : UV_READABLE);
    return 0;
}

/* A statement that is new to the connection is prepared in the same round trip. */
static void start(struct link *link, struct entry *entry)
{
    const struct sql *sql = entry->sql;
    const struct db_params *params = entry->params;
    entry->runs++;
    link->running = entry;
    link->state = LINK_BUSY;
    link->is_preparing = !prepared_has(&link->prepared, sql);
    uv_timer_start(&link->timer, on_link_timeout, (uint64_t)(link->pool->options.statement_ms + GRACE_MS), 0);
    PGconn *connection = link->connection;
    if ((link->is_preparing && PQsendPrepare(connection, sql->name, sql->text, 0, NULL) != 1) ||
        PQsendQueryPrepared(connection, sql->name, params->count, params->values, params->lengths,
                            params->formats, 1) != 1 ||
        PQpipelineSync(connection) != 1 || flush(link) != 0)
        take_down(link);
}

static void on_wait_timer(uv_timer_t *timer);

static void watch_line(struct db_pool *pool)
{
    const struct entry *first = pool->waiting.first;
    if (first == NULL) {
        uv_timer_stop(&pool->wait_timer);
        return;
    }
    int64_t left = first->deadline_ms - (int64_t)uv_now(pool->loop);
    uv_timer_start(&pool->wait_timer, on_wait_timer, left > 0 ? (uint64_t)left : 0, 0);
}

static void on_wait_timer(uv_timer_t *timer)
{
    struct db_pool *pool = timer->data;
    while (pool->waiting.first != NULL && pool->waiting.first->deadline_ms <= (int64_t)uv_now(pool->loop)) {
        struct entry *entry = line_take(&pool->waiting);
        err_set(&entry->answer.err, ERR_RETRY, "no connection to PostgreSQL was free for %" PRId64 " ms",
                pool->options.wait_ms);
        fail_later(pool, entry);
    }
    watch_line(pool);
}

static void serve_line(struct link *link)
{
    link->state = LINK_IDLE;
    uv_timer_stop(&link->timer);
    struct entry *entry = line_take(&link->pool->waiting);
    if (entry == NULL)
        return;
    start(link, entry);
    watch_line(link->pool);
}

/* Receiving */

static void keep_error(struct link *link, const PGresult *result)
{
    struct db_answer *answer = &link->running->answer;
    if (answer->result != 0)
        return;
    answer->result = db_error_of(result, link->connection, &answer->err);
    err_wrap(&answer->err, "%s", link->running->sql->name);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    snprintf(answer->sqlstate, sizeof answer->sqlstate, "%s", sqlstate == NULL ? "" : sqlstate);
    snprintf(answer->constraint, sizeof answer->constraint, "%s", constraint == NULL ? "" : constraint);
}

/* A plan that a migration made invalid can't be prepared again under its name: only a new connection helps.
 */
static bool is_stale_plan(const struct db_answer *answer)
{
    return strcmp(answer->sqlstate, "0A000") == 0 || strcmp(answer->sqlstate, "26000") == 0;
}

static void settle(struct link *link)
{
    struct entry *entry = link->running;
    if (entry->answer.result != 0 && entry->runs < RUNS_MAX &&
        db_is_taken_back(entry->answer.sqlstate, entry->answer.constraint)) {
        entry->answer = (struct db_answer){0};
        start(link, entry);
        return;
    }
    link->running = NULL;
    bool is_setup = entry == link->setup_entry;
    link->setup_entry = NULL;
    if (is_stale_plan(&entry->answer) || (is_setup && entry->answer.result != 0)) {
        entry->answer.err.class = ERR_RETRY;
        take_down(link);
    } else {
        link->backoff_ms = BACKOFF_MIN_MS;
        serve_line(link);
    }
    finish(entry);
}

/* One result; true when the running statement is done with. */
static bool take_result(struct link *link, PGresult *result)
{
    struct entry *entry = link->running;
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        return true;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        if (link->is_preparing) {
            link->is_preparing = false;
            prepared_add(&link->prepared, entry->sql);
            PQclear(result);
        } else {
            db_rows_take(&entry->answer.rows, result, entry->params->arena);
        }
        return false;
    case PGRES_PIPELINE_ABORTED: /* what follows a failed preparation */
        PQclear(result);
        return false;
    default:
        keep_error(link, result);
        PQclear(result);
        return false;
    }
}

static void receive(struct link *link)
{
    if (PQconsumeInput(link->connection) != 1) {
        take_down(link);
        return;
    }
    int empty = 0; /* an end of results after each statement; two in a row: nothing more is there */
    while (link->running != NULL && !PQisBusy(link->connection) && empty < 2) {
        PGresult *result = PQgetResult(link->connection);
        empty = result == NULL ? empty + 1 : 0;
        if (result != NULL && take_result(link, result)) {
            settle(link);
            return;
        }
    }
    if (PQstatus(link->connection) != CONNECTION_OK)
        take_down(link);
}

/* Connecting */

static void finish_connecting(struct link *link)
{
    if (PQsetnonblocking(link->connection, 1) != 0 || PQenterPipelineMode(link->connection) != 1) {
        take_down(link);
        return;
    }
    memset(&link->prepared, 0, sizeof link->prepared);
    arena_reset(&link->setup_arena);
    db_params_init(&link->setup, &link->setup_arena);
    db_add_text(&link->setup, arena_printf(&link->setup_arena, "%" PRId64, link->pool->options.statement_ms));
    struct entry *entry = arena_alloc(&link->setup_arena, sizeof *entry);
    *entry = (struct entry){.sql = &sql_pool_setup, .params = &link->setup};
    link->setup_entry = entry;
    start(link, entry);
}

static void step_connecting(struct link *link)
{
    stop_polling(link);
    switch (PQconnectPoll(link->connection)) {
    case PGRES_POLLING_OK:
        finish_connecting(link);
        break;
    case PGRES_POLLING_READING:
        poll_for(link, UV_READABLE);
        break;
    case PGRES_POLLING_WRITING:
        poll_for(link, UV_WRITABLE);
        break;
    default:
        take_down(link);
    }
}

static void ignore_notice(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

static void connect_link(uv_timer_t *timer)
{
    struct link *link = timer->data;
    link->state = LINK_CONNECTING;
    const char *const keywords[] = DB_CONNECT_KEYWORDS, *const values[] = DB_CONNECT_VALUES(link->pool->url);
    link->connection = PQconnectStartParams(keywords, values, 1);
    if (link->connection == NULL)
        abort();
    if (PQstatus(link->connection) == CONNECTION_BAD) {
        take_down(link);
        return;
    }
    PQsetNoticeProcessor(link->connection, ignore_notice, NULL);
    uv_timer_start(&link->timer, on_link_timeout, CONNECT_MS, 0);
    poll_for(link, UV_WRITABLE); /* libpq: as if PQconnectPoll had asked for writing */
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct link *link = poll->data;
    if (link == NULL || link->poll != poll)
        return;
    if (link->state == LINK_CONNECTING) {
        step_connecting(link);
        return;
    }
    if (status < 0) {
        take_down(link);
        return;
    }
    if ((events & UV_WRITABLE) != 0 && flush(link) != 0)
        take_down(link);
    else if ((events & UV_READABLE) != 0)
        receive(link); /* an idle connection is readable when the server says that it goes down */
}

/* The pool */

struct db_pool *db_pool_new(uv_loop_t *loop, const struct db_pool_options *options)
{
    assert(options->connections > 0 && options->connections <= DB_POOL_MAX);
    struct db_pool *pool = calloc(1, sizeof *pool + (size_t)options->connections * sizeof *pool->links);
    if (pool == NULL || (pool->url = strdup(options->url)) == NULL)
        abort();
    pool->loop = loop;
    pool->options = *options;
    line_init(&pool->waiting);
    line_init(&pool->failed);
    uv_timer_init(loop, &pool->wait_timer);
    uv_timer_init(loop, &pool->failed_timer);
    pool->wait_timer.data = pool->failed_timer.data = pool;
    for (int i = 0; i < options->connections; i++) {
        struct link *link = &pool->links[i];
        link->pool = pool;
        link->backoff_ms = BACKOFF_MIN_MS;
        arena_init(&link->setup_arena);
        uv_timer_init(loop, &link->timer);
        link->timer.data = link;
        connect_link(&link->timer);
    }
    return pool;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct db_pool *pool = (struct db_pool *)handle->data;
    if (--pool->open_handles > 0)
        return;
    for (int i = 0; i < pool->options.connections; i++)
        arena_free(&pool->links[i].setup_arena);
    free(pool->url);
    free(pool);
}

void db_pool_close(struct db_pool *pool)
{
    pool->is_closing = true;
    pool->open_handles = pool->options.connections + 2;
    for (int i = 0; i < pool->options.connections; i++) {
        struct link *link = &pool->links[i];
        if (link->state != LINK_DOWN)
            take_down(link);
        link->timer.data = pool;
        uv_close((uv_handle_t *)&link->timer, on_handle_closed);
    }
    struct entry *entry;
    while ((entry = line_take(&pool->waiting)) != NULL) {
        err_set(&entry->answer.err, ERR_RETRY, "the program ends");
        fail_later(pool, entry);
    }
    on_failed_timer(&pool->failed_timer);
    uv_close((uv_handle_t *)&pool->wait_timer, on_handle_closed);
    uv_close((uv_handle_t *)&pool->failed_timer, on_handle_closed);
}

void db_pool_run(struct db_pool *pool, const struct sql *sql, const struct db_params *params,
                 db_pool_done *done, void *arg)
{
    struct entry *entry = arena_alloc(params->arena, sizeof *entry);
    *entry = (struct entry){.sql = sql, .params = params, .done = done, .arg = arg};
    if (pool->is_closing || pool->waiting.count >= pool->options.waiting_max) {
        err_set(&entry->answer.err, ERR_RETRY, "too many statements wait for PostgreSQL");
        fail_later(pool, entry);
        return;
    }
    for (int i = 0; i < pool->options.connections; i++) {
        if (pool->links[i].state == LINK_IDLE) {
            start(&pool->links[i], entry);
            return;
        }
    }
    entry->deadline_ms = (int64_t)uv_now(pool->loop) + pool->options.wait_ms;
    line_add(&pool->waiting, entry);
    if (pool->waiting.first == entry)
        watch_line(pool);
}

struct db_pool_state db_pool_state(const struct db_pool *pool)
{
    struct db_pool_state state = {.waiting = pool->waiting.count};
    for (int i = 0; i < pool->options.connections; i++) {
        state.connected += pool->links[i].state >= LINK_IDLE;
        state.running += pool->links[i].state == LINK_BUSY;
    }
    return state;
}

#include "db/db_uv.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "db/db_link.h"

struct line {
    struct db_statement *first, **last;
    int count;
};

struct db_pool {
    struct db_pool_options options;
    struct db_link_options link_options;
    char *url;
    struct line waiting;
    struct line failed;      /* done is owed, not from within db_pool_run */
    uv_timer_t wait_timer;   /* the first in line has waited too long */
    uv_timer_t failed_timer; /* of no time: the next turn of the loop */
    bool is_closing;
    int open_handles;
    struct db_link links[];
};

static void line_init(struct line *line)
{
    *line = (struct line){.last = &line->first};
}

static void line_add(struct line *line, struct db_statement *statement)
{
    statement->next = NULL;
    *line->last = statement;
    line->last = &statement->next;
    line->count++;
}

static struct db_statement *line_take(struct line *line)
{
    struct db_statement *statement = line->first;
    if (statement == NULL)
        return NULL;
    line->first = statement->next;
    if (line->first == NULL)
        line->last = &line->first;
    line->count--;
    return statement;
}

static void on_failed_timer(uv_timer_t *timer)
{
    struct db_pool *pool = timer->data;
    struct db_statement *statement;
    while ((statement = line_take(&pool->failed)) != NULL)
        statement->done(statement->arg, &statement->answer); /* its memory may go with it */
}

static void fail_later(struct db_pool *pool, struct db_statement *statement)
{
    statement->answer.result = -1;
    line_add(&pool->failed, statement);
    if (!pool->is_closing)
        uv_timer_start(&pool->failed_timer, on_failed_timer, 0, 0);
}

static void on_wait_timer(uv_timer_t *timer);

static void watch_line(struct db_pool *pool)
{
    const struct db_statement *first = pool->waiting.first;
    if (first == NULL) {
        uv_timer_stop(&pool->wait_timer);
        return;
    }
    int64_t left = first->deadline_ms - (int64_t)uv_now(pool->link_options.loop);
    uv_timer_start(&pool->wait_timer, on_wait_timer, left > 0 ? (uint64_t)left : 0, 0);
}

static void on_wait_timer(uv_timer_t *timer)
{
    struct db_pool *pool = timer->data;
    while (pool->waiting.first != NULL &&
           pool->waiting.first->deadline_ms <= (int64_t)uv_now(pool->link_options.loop)) {
        struct db_statement *statement = line_take(&pool->waiting);
        err_set(&statement->answer.err, ERR_RETRY, "no connection to PostgreSQL was free for %" PRId64 " ms",
                pool->options.wait_ms);
        fail_later(pool, statement);
    }
    watch_line(pool);
}

static void serve_line(struct db_pool *pool, struct db_link *link)
{
    struct db_statement *statement = line_take(&pool->waiting);
    if (statement == NULL)
        return;
    db_link_run(link, statement);
    watch_line(pool);
}

struct db_pool *db_pool_new(uv_loop_t *loop, const struct db_pool_options *options)
{
    assert(options->connections > 0 && options->connections <= DB_POOL_MAX);
    struct db_pool *pool = calloc(1, sizeof *pool + (size_t)options->connections * sizeof *pool->links);
    if (pool == NULL || (pool->url = strdup(options->url)) == NULL)
        abort();
    pool->options = *options;
    pool->link_options = (struct db_link_options){.loop = loop,
                                                  .url = pool->url,
                                                  .statement_ms = options->statement_ms,
                                                  .pool = pool,
                                                  .idle = serve_line,
                                                  .failed = fail_later};
    line_init(&pool->waiting);
    line_init(&pool->failed);
    uv_timer_init(loop, &pool->wait_timer);
    uv_timer_init(loop, &pool->failed_timer);
    pool->wait_timer.data = pool->failed_timer.data = pool;
    for (int i = 0; i < options->connections; i++)
        db_link_open(&pool->links[i], &pool->link_options);
    return pool;
}

static void count_closed(struct db_pool *pool)
{
    if (--pool->open_handles > 0)
        return;
    free(pool->url);
    free(pool);
}

static void on_timer_closed(uv_handle_t *handle)
{
    count_closed(handle->data);
}

void db_pool_close(struct db_pool *pool)
{
    pool->is_closing = true;
    pool->open_handles = pool->options.connections + 2;
    for (int i = 0; i < pool->options.connections; i++)
        db_link_close(&pool->links[i], count_closed);
    struct db_statement *statement;
    while ((statement = line_take(&pool->waiting)) != NULL) {
        err_set(&statement->answer.err, ERR_RETRY, "the program ends");
        fail_later(pool, statement);
    }
    on_failed_timer(&pool->failed_timer);
    uv_close((uv_handle_t *)&pool->wait_timer, on_timer_closed);
    uv_close((uv_handle_t *)&pool->failed_timer, on_timer_closed);
}

void db_pool_run(struct db_pool *pool, const struct sql *sql, const struct db_params *params,
                 db_pool_done *done, void *arg)
{
    struct db_statement *statement = arena_alloc(params->arena, sizeof *statement);
    *statement = (struct db_statement){.sql = sql, .params = params, .done = done, .arg = arg};
    if (pool->is_closing || pool->waiting.count >= pool->options.waiting_max) {
        err_set(&statement->answer.err, ERR_RETRY, "too many statements wait for PostgreSQL");
        fail_later(pool, statement);
        return;
    }
    for (int i = 0; i < pool->options.connections; i++) {
        if (pool->links[i].state == DB_LINK_IDLE) {
            db_link_run(&pool->links[i], statement);
            return;
        }
    }
    statement->deadline_ms = (int64_t)uv_now(pool->link_options.loop) + pool->options.wait_ms;
    line_add(&pool->waiting, statement);
    if (pool->waiting.first == statement)
        watch_line(pool);
}

struct db_pool_state db_pool_state(const struct db_pool *pool)
{
    struct db_pool_state state = {.waiting = pool->waiting.count};
    for (int i = 0; i < pool->options.connections; i++) {
        state.connected += pool->links[i].state >= DB_LINK_IDLE;
        state.running += pool->links[i].state == DB_LINK_BUSY;
    }
    return state;
}

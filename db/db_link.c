#include "db/db_link.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/types.h"

enum {
    BACKOFF_MIN_MS = 50,
    BACKOFF_MAX_MS = 2000,
    CONNECT_MS = 10000,
    GRACE_MS = 5000, /* past the server's own timeout: then the network or the server is gone */
    RUNS_MAX = 4,    /* of a statement that the server takes back whole */
};

/* Going down */

static void on_poll_closed(uv_handle_t *handle)
{
    free(handle);
}

/* libpq closes and opens sockets as it likes: the watcher must be gone before it does. */
static void stop_polling(struct db_link *link)
{
    if (link->poll == NULL)
        return;
    uv_poll_stop(link->poll);
    uv_close((uv_handle_t *)link->poll, on_poll_closed);
    link->poll = NULL;
    link->events = 0;
}

static void connect_link(uv_timer_t *timer);

static void take_down(struct db_link *link)
{
    struct db_statement *statement = link->running;
    link->running = NULL;
    if (statement != NULL && statement->answer.result == 0)
        statement->answer.result = db_error_of(NULL, link->connection, &statement->answer.err);
    stop_polling(link);
    PQfinish(link->connection);
    link->connection = NULL;
    link->state = DB_LINK_DOWN;
    if (statement != NULL && statement != &link->setup)
        link->options->failed(link->options->pool, statement);
    if (link->is_closing)
        return;
    uv_timer_start(&link->timer, connect_link, (uint64_t)link->backoff_ms, 0);
    link->backoff_ms = link->backoff_ms * 2 < BACKOFF_MAX_MS ? link->backoff_ms * 2 : BACKOFF_MAX_MS;
}

static void on_link_timeout(uv_timer_t *timer)
{
    struct db_link *link = timer->data;
    if (link->running != NULL)
        link->running->answer.result =
            err_set(&link->running->answer.err, ERR_RETRY, "PostgreSQL did not answer in time");
    take_down(link);
}

/* Sending */

static void on_poll(uv_poll_t *poll, int status, int events);

static void poll_for(struct db_link *link, int events)
{
    if (link->poll != NULL && link->events == events)
        return;
    if (link->poll == NULL) {
        link->poll = malloc(sizeof *link->poll);
        if (link->poll == NULL)
            abort();
        if (uv_poll_init(link->options->loop, link->poll, PQsocket(link->connection)) != 0)
            abort(); /* only a bad descriptor makes it fail */
        link->poll->data = link;
    }
    link->events = events;
    uv_poll_start(link->poll, events, on_poll);
}

static int flush(struct db_link *link)
{
    int left = PQflush(link->connection);
    if (left < 0)
        return -1;
    poll_for(link, left > 0 ? UV_READABLE | UV_WRITABLE : UV_READABLE);
    return 0;
}

/* A statement that is new to the connection is prepared in the same round trip. */
void db_link_run(struct db_link *link, struct db_statement *statement)
{
    const struct sql *sql = statement->sql;
    const struct db_params *params = statement->params;
    statement->runs++;
    link->running = statement;
    link->state = DB_LINK_BUSY;
    link->is_preparing = !prepared_has(&link->prepared, sql);
    uv_timer_start(&link->timer, on_link_timeout, (uint64_t)(link->options->statement_ms + GRACE_MS), 0);
    PGconn *connection = link->connection;
    if ((link->is_preparing && PQsendPrepare(connection, sql->name, sql->text, 0, NULL) != 1) ||
        PQsendQueryPrepared(connection, sql->name, params->count, params->values, params->lengths,
                            params->formats, 1) != 1 ||
        PQpipelineSync(connection) != 1 || flush(link) != 0)
        take_down(link);
}

/* Receiving */

static void keep_error(struct db_link *link, const PGresult *result)
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

static void become_idle(struct db_link *link)
{
    link->state = DB_LINK_IDLE;
    uv_timer_stop(&link->timer);
    link->options->idle(link->options->pool, link);
}

static void settle(struct db_link *link)
{
    struct db_statement *statement = link->running;
    if (statement->answer.result != 0 && statement->runs < RUNS_MAX &&
        db_is_taken_back(statement->answer.sqlstate, statement->answer.constraint)) {
        statement->answer = (struct db_answer){0};
        db_link_run(link, statement);
        return;
    }
    link->running = NULL;
    bool is_setup = statement == &link->setup;
    if (is_stale_plan(&statement->answer) || (is_setup && statement->answer.result != 0)) {
        statement->answer.err.class = ERR_RETRY;
        take_down(link);
    } else {
        link->backoff_ms = BACKOFF_MIN_MS;
        become_idle(link);
    }
    if (!is_setup)
        statement->done(statement->arg, &statement->answer); /* its memory may go with it */
}

/* One result; true when the running statement is done with. */
static bool take_result(struct db_link *link, PGresult *result)
{
    struct db_statement *statement = link->running;
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        return true;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        if (link->is_preparing) {
            link->is_preparing = false;
            prepared_add(&link->prepared, statement->sql);
            PQclear(result);
        } else {
            db_rows_take(&statement->answer.rows, result, statement->params->arena);
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

static void receive(struct db_link *link)
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

static void finish_connecting(struct db_link *link)
{
    if (PQsetnonblocking(link->connection, 1) != 0 || PQenterPipelineMode(link->connection) != 1) {
        take_down(link);
        return;
    }
    memset(&link->prepared, 0, sizeof link->prepared);
    arena_reset(&link->setup_arena);
    db_params_init(&link->setup_params, &link->setup_arena);
    db_add_text(&link->setup_params,
                arena_printf(&link->setup_arena, "%" PRId64, link->options->statement_ms));
    link->setup = (struct db_statement){.sql = &sql_pool_setup, .params = &link->setup_params};
    db_link_run(link, &link->setup);
}

static void step_connecting(struct db_link *link)
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
    struct db_link *link = timer->data;
    link->state = DB_LINK_CONNECTING;
    const char *const keywords[] = DB_CONNECT_KEYWORDS, *const values[] =
                                                            DB_CONNECT_VALUES(link->options->url);
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
    struct db_link *link = poll->data;
    if (link == NULL || link->poll != poll)
        return;
    if (link->state == DB_LINK_CONNECTING) {
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

void db_link_open(struct db_link *link, const struct db_link_options *options)
{
    *link = (struct db_link){.options = options, .backoff_ms = BACKOFF_MIN_MS};
    arena_init(&link->setup_arena);
    uv_timer_init(options->loop, &link->timer);
    link->timer.data = link;
    connect_link(&link->timer);
}

static void on_timer_closed(uv_handle_t *timer)
{
    struct db_link *link = timer->data;
    arena_free(&link->setup_arena);
    link->closed(link->options->pool);
}

void db_link_close(struct db_link *link, void (*closed)(struct db_pool *pool))
{
    link->is_closing = true;
    link->closed = closed;
    if (link->state != DB_LINK_DOWN)
        take_down(link);
    uv_close((uv_handle_t *)&link->timer, on_timer_closed);
}

#include "api/job_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/accept.h"
#include "api/api.h"
#include "api/reply.h"
#include "base/clock.h"
#include "queue/queue.h"

enum { WAIT_FIRST_MS = 5, WAIT_MAX_MS = 200 };

static bool is_unfinished(const struct db_rows *rows, int row)
{
    return strcmp(rows_text(rows, row, 1), "accepted") == 0;
}

const char *job_row_json(struct arena *arena, const struct db_rows *rows, int row,
                         const struct live_state *live)
{
    char id_text[ID_TEXT_SIZE], started[CLOCK_TEXT_SIZE + 2] = "null", time[CLOCK_TEXT_SIZE];
    struct id id = rows_id(rows, row, 0);
    id_format(&id, id_text);
    const char *state = rows_text(rows, row, 1);
    int64_t attempt = rows_int(rows, row, 2);
    int64_t started_ms = rows_is_null(rows, row, 3) ? 0 : rows_time(rows, row, 3);
    if (is_unfinished(rows, row)) {
        bool is_known = live != NULL && live->known;
        state = is_known ? job_state_name(live->state)
                         : "queued"; /* accepted; the relay has it if Redis has not */
        attempt = is_known ? live->attempt : attempt;
        started_ms = is_known && live->state == JOB_RUNNING ? live->at_ms : 0;
    }
    if (started_ms != 0) {
        clock_format(started_ms, time);
        snprintf(started, sizeof started, "\"%s\"", time);
    }
    return arena_printf(arena, "{\"id\":\"%s\",\"state\":\"%s\",\"attempt\":%lld,\"started_at\":%s,%s",
                        id_text, state, (long long)attempt, started, rows_text(rows, row, 4));
}

/* Looking: in an arena of its own, since one who follows a job looks at it many times. */

struct look {
    struct arena arena;
    struct request *request;
    struct id job;
    struct db_params params;
    struct db_rows rows;
    bool was_missing; /* Redis did not have it: it may have ended between the two looks, so the row is read
                         again */
    void (*done)(struct request *request, struct job_view view);
};

static void read_row(struct look *look);

static void finish(struct look *look, struct job_view view)
{
    look->done(look->request, view);
    arena_free(&look->arena);
    free(look);
}

static void finish_live(struct look *look, const struct live_state *live)
{
    finish(look, (struct job_view){.json = job_row_json(&look->arena, &look->rows, 0, live)});
}

static void on_states(void *data, const struct live_state *states, size_t count, const struct err *err)
{
    struct look *look = data;
    (void)count;
    if (err != NULL || states[0].known) {
        finish_live(look, err == NULL ? &states[0] : NULL);
        return;
    }
    look->was_missing = true;
    read_row(look);
}

static void on_row(void *arg, struct db_answer *answer)
{
    struct look *look = arg;
    struct err err;
    look->rows = answer->rows;
    if (answer->result != 0)
        finish(look, (struct job_view){.err = &answer->err});
    else if (answer->rows.count == 0)
        finish(look, (struct job_view){.is_final = true});
    else if (!is_unfinished(&answer->rows, 0))
        finish(look, (struct job_view){.json = job_row_json(&look->arena, &answer->rows, 0, NULL),
                                       .is_final = true});
    else if (look->was_missing ||
             queue_states_uv(look->request->api->queue, &look->job, 1, on_states, look, &err) != 0)
        finish_live(look, NULL);
}

static void read_row(struct look *look)
{
    db_params_init(&look->params, &look->arena);
    db_add_id(&look->params, &look->job);
    db_add_id(&look->params, &look->request->user);
    db_add_bool(&look->params, look->request->is_admin);
    db_pool_run(look->request->api->pool, &sql_job_get, &look->params, on_row, look);
}

void job_view(struct request *request, const struct id *job,
              void (*done)(struct request *request, struct job_view view))
{
    struct look *look = calloc(1, sizeof *look);
    if (look == NULL)
        abort();
    arena_init(&look->arena);
    look->request = request;
    look->job = *job;
    look->done = done;
    read_row(look);
}

/* Waiting */

struct waiting {
    uv_timer_t timer;
    struct request *request;
    struct id job;
    const char *extra, *queued;
    void (*ended)(struct request *request, const char *job); /* NULL: the job and extra are the answer */
    int64_t until_ms, next_ms;
};

static void on_timer(uv_timer_t *timer);

static const char *with_extra(struct request *request, const char *json, const char *extra)
{
    return arena_printf(request->arena, "{\"job\":%s%s%s}", json, extra == NULL ? "" : ",",
                        extra == NULL ? "" : extra);
}

static void on_waited(uv_handle_t *handle)
{
    free(handle->data);
}

static void end_wait(struct waiting *waiting)
{
    uv_close((uv_handle_t *)&waiting->timer, on_waited);
}

static void on_look(void *arg, struct db_answer *answer)
{
    struct waiting *waiting = arg;
    struct request *request = waiting->request;
    bool has_ended = answer->result == 0 && answer->rows.count > 0 && !is_unfinished(&answer->rows, 0);
    if (has_ended) {
        const char *job = job_row_json(request->arena, &answer->rows, 0, NULL);
        end_wait(waiting);
        if (waiting->ended != NULL)
            waiting->ended(request, job);
        else
            reply_json(request, 200, with_extra(request, job, waiting->extra));
    } else if (answer->result != 0 || clock_mono_ms() >= waiting->until_ms || request->conn == NULL) {
        end_wait(waiting);
        reply_accepted(request, &waiting->job, with_extra(request, waiting->queued, waiting->extra));
    } else {
        uv_timer_start(&waiting->timer, on_timer, (uint64_t)waiting->next_ms, 0);
        waiting->next_ms = waiting->next_ms * 2 < WAIT_MAX_MS ? waiting->next_ms * 2 : WAIT_MAX_MS;
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct waiting *waiting = timer->data;
    struct request *request = waiting->request;
    struct db_params *params = request_params(request);
    db_add_id(params, &waiting->job);
    db_add_id(params, &request->user);
    db_add_bool(params, request->is_admin);
    db_pool_run(request->api->pool, &sql_job_get, params, on_look, waiting);
}

void reply_job(struct request *request, const struct job *job, const char *extra)
{
    reply_job_ended(request, job, extra, NULL);
}

void reply_job_ended(struct request *request, const struct job *job, const char *extra,
                     void (*ended)(struct request *request, const char *job))
{
    int64_t seconds = request_prefer_wait(request);
    const char *queued = accept_json(request, job);
    if (seconds == 0) {
        reply_accepted(request, &job->id, with_extra(request, queued, extra));
        return;
    }
    char id[ID_TEXT_SIZE];
    id_format(&job->id, id);
    reply_header(request, "Preference-Applied", "wait=%lld", (long long)seconds);
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (waiting == NULL)
        abort();
    *waiting = (struct waiting){
        .request = request, .job = job->id, .extra = extra, .queued = queued, .ended = ended};
    waiting->until_ms = clock_mono_ms() + seconds * 1000;
    waiting->next_ms = WAIT_FIRST_MS;
    waiting->timer.data = waiting;
    uv_timer_init(request->api->loop, &waiting->timer);
    uv_timer_start(&waiting->timer, on_timer, WAIT_FIRST_MS, 0);
}

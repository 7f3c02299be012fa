/* Accepted work: GET /v1/jobs, GET and DELETE /v1/jobs/ID, GET /v1/jobs/ID/events. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/job_view.h"
#include "api/reply.h"
#include "base/clock.h"
#include "base/log.h"
#include "queue/queue.h"

enum { EVENT_EVERY_MS = 200, EVENTS_MAX_MS = 15 * 60 * 1000 };

static void on_viewed(struct request *request, struct job_view view)
{
    if (view.err != NULL)
        reply_error(request, view.err);
    else if (view.json == NULL)
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    else
        reply_json(request, 200, arena_strdup(request->arena, view.json));
}

void handle_job_get(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) == 0)
        job_view(request, &job, on_viewed);
}

/* Lists */

struct listing {
    int64_t limit;
    int state; /* index of the filter, -1: none */
    struct db_rows rows;
    struct id *ids; /* of the unfinished ones */
    size_t count;
};

static const char *const state_names[] = {"scheduled", "queued",    "running", "retrying", "done",
                                          "dead",      "cancelled", "expired", NULL};

static bool is_unfinished(const struct db_rows *rows, int row)
{
    return strcmp(rows_text(rows, row, 1), "accepted") == 0;
}

/* states: of the unfinished rows in their order; NULL when Redis does not answer. */
static void write_list(struct request *request, const struct live_state *states)
{
    const struct listing *listing = request->state;
    struct buf array;
    buf_init(&array, 16 << 20);
    buf_add_char(&array, '[');
    int count = listing->rows.count < listing->limit ? listing->rows.count : (int)listing->limit;
    size_t at = 0;
    for (int row = 0; row < count; row++) {
        bool unfinished = is_unfinished(&listing->rows, row);
        const struct live_state *live = unfinished && states != NULL ? &states[at] : NULL;
        at += unfinished;
        enum job_state state = live != NULL && live->known ? live->state : JOB_QUEUED;
        if (unfinished && listing->state >= 0 &&
            strcmp(job_state_name(state), state_names[listing->state]) != 0)
            continue;
        buf_add_text(&array, array.size > 1 ? "," : "");
        buf_add_text(&array, job_row_json(request->arena, &listing->rows, row, live));
    }
    buf_add_char(&array, ']');
    char next[ID_TEXT_SIZE];
    bool has_next = listing->rows.count > listing->limit;
    if (has_next) {
        struct id last = rows_id(&listing->rows, count - 1, 0);
        id_format(&last, next);
    }
    const char *text = array.overflowed ? "[]" : arena_memdup(request->arena, array.data, array.size);
    buf_free(&array);
    reply_page(request, text, has_next ? next : NULL);
}

static void on_states(void *data, const struct live_state *states, size_t count, const struct err *err)
{
    (void)count;
    write_list(data, err == NULL ? states : NULL);
}

static void on_listed(struct request *request, struct db_answer *answer)
{
    struct listing *listing = request->state;
    struct err err;
    if (answer->result != 0) {
        reply_error(request, &answer->err);
        return;
    }
    listing->rows = answer->rows;
    listing->ids = arena_array(request->arena, (size_t)answer->rows.count, sizeof *listing->ids);
    for (int row = 0; row < answer->rows.count; row++)
        if (is_unfinished(&answer->rows, row))
            listing->ids[listing->count++] = rows_id(&answer->rows, row, 0);
    if (listing->count == 0 ||
        queue_states_uv(request->api->queue, listing->ids, listing->count, on_states, request, &err) != 0)
        write_list(request, NULL);
}

void handle_job_list(struct request *request)
{
    struct listing *listing = arena_alloc(request->arena, sizeof *listing);
    struct id before;
    const char *after = NULL;
    listing->state = -1;
    listing->limit = request_page(request, &after, 1);
    request_query_choice(request, "state", state_names, &listing->state);
    if (after != NULL && id_parse(str_of(after), &before) != 0)
        faults_add(&request->faults, "cursor", "is not a cursor of this list");
    if (request_refused(request))
        return;
    request->state = listing;
    struct db_params *params = request_params(request);
    db_add_id(params, &request->user);
    db_add_id(params, after == NULL ? NULL : &before);
    db_add_int(params, listing->limit + 1);
    db_add_text(params, listing->state < 0          ? NULL
                        : listing->state < JOB_DONE ? "accepted"
                                                    : state_names[listing->state]);
    request_run(request, &sql_job_list, params, on_listed);
}

/* Cancelling: the row decides, since a job whose row has ended has no effects; Redis is told so that nobody
 * begins it. */

static void on_told(void *data, const redisReply *reply, const struct err *err)
{
    (void)data;
    (void)reply;
    if (err != NULL)
        log_warn("cancel_not_told", LOG_TEXT("error", err->text));
}

static void tell_redis(struct request *request, const struct id *job)
{
    struct redis_args args;
    struct err err;
    char id[ID_TEXT_SIZE];
    id_format(job, id);
    queue_call_init(&args, request->arena, "cancel");
    redis_add_text(&args, id);
    redis_add_text(&args, "cancelled by its owner");
    if (queue_call_uv(request->api->queue, &args, on_told, NULL, &err) != 0)
        log_warn("cancel_not_told", LOG_TEXT("error", err.text));
}

static void on_cancelled(struct request *request, struct db_answer *answer)
{
    struct id job;
    if (answer->result != 0) {
        reply_error(request, &answer->err);
    } else if (answer->rows.count == 0) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL);
    } else if (!rows_bool(&answer->rows, 0, 0)) {
        reply_problem(request, PROBLEM_CONFLICT, "the job has ended");
    } else if (request_param_id(request, 0, &job) == 0) {
        tell_redis(request, &job);
        job_view(request, &job, on_viewed);
    }
}

void handle_job_cancel(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0)
        return;
    struct db_params *params = request_params(request);
    db_add_id(params, &job);
    db_add_id(params, &request->user);
    db_add_time(params, request->now_ms);
    request_run(request, &sql_job_cancel, params, on_cancelled);
}

/* Events: one `job` event whenever something about it has changed, until it ends. */

struct following {
    uv_timer_t timer;
    struct request *request;
    struct id job;
    char *last; /* what was sent */
    int64_t until_ms;
    bool has_started, is_looking, has_ended;
};

static void on_followed(uv_handle_t *handle)
{
    struct following *following = handle->data;
    free(following->last);
    free(following);
}

static void end_following(struct following *following)
{
    if (following->has_ended)
        return;
    following->has_ended = true;
    reply_events_end(following->request);
    uv_close((uv_handle_t *)&following->timer, on_followed);
}

static void on_gone(struct request *request)
{
    struct following *following = request->gone_arg;
    if (!following->is_looking)
        end_following(following);
}

static void on_event_time(uv_timer_t *timer);

static void on_look(struct request *request, struct job_view view)
{
    struct following *following = request->state;
    following->is_looking = false;
    if (!following->has_started && view.json == NULL) {
        following->has_ended = true;
        uv_close((uv_handle_t *)&following->timer, on_followed);
        on_viewed(request, view);
        return;
    }
    if (!following->has_started) {
        following->has_started = true;
        reply_events(request);
        request_on_gone(request, on_gone, following);
    }
    bool is_there = request->conn != NULL;
    if (view.json != NULL && (following->last == NULL || strcmp(view.json, following->last) != 0)) {
        is_there = reply_event(request, "job", view.json);
        free(following->last);
        following->last = strdup(view.json);
    }
    if (!is_there || view.is_final || (view.err == NULL && view.json == NULL) ||
        clock_mono_ms() >= following->until_ms)
        end_following(following);
    else
        uv_timer_start(&following->timer, on_event_time, EVENT_EVERY_MS, 0);
}

static void on_event_time(uv_timer_t *timer)
{
    struct following *following = timer->data;
    following->is_looking = true;
    job_view(following->request, &following->job, on_look);
}

void handle_job_events(struct request *request)
{
    struct id job;
    if (request_param_id(request, 0, &job) != 0)
        return;
    struct following *following = calloc(1, sizeof *following);
    if (following == NULL)
        abort();
    *following = (struct following){.request = request, .job = job, .is_looking = true};
    following->until_ms = clock_mono_ms() + EVENTS_MAX_MS;
    following->timer.data = following;
    uv_timer_init(request->api->loop, &following->timer);
    request->state = following;
    job_view(request, &job, on_look);
}

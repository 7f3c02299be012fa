#include "api/intake.h"

#include <stdlib.h>
#include <string.h>

#include "api/accept.h"
#include "api/api.h"
#include "api/reply.h"
#include "api/turn.h"

enum {
    LOTS_AT_ONCE = 2, /* one commits while the next is gathered */
    LOT_JOBS_MAX = 1024,
    LOT_BYTES_MAX = 16 << 20, /* of payloads and envelopes */
};

struct intake {
    struct api *api;
    struct turn turn;
    struct intake_job *first, **last;
    int running;
};

/* What one statement accepts. */
struct lot {
    struct intake *intake;
    struct arena arena;
    struct db_params params;
    struct intake_job *list;
    size_t count;
};

static void flush(void *arg);

struct intake *intake_new(struct api *api)
{
    struct intake *intake = calloc(1, sizeof *intake);
    if (intake == NULL)
        abort();
    intake->api = api;
    intake->last = &intake->first;
    turn_init(&intake->turn, api->loop, flush, intake);
    return intake;
}

static void on_closed(uv_handle_t *handle)
{
    struct turn *turn = handle->data;
    free(turn->arg);
}

void intake_close(struct intake *intake)
{
    uv_close((uv_handle_t *)&intake->turn.check, NULL);
    uv_close((uv_handle_t *)&intake->turn.prepare, on_closed);
}

void intake_add(struct intake *intake, struct intake_job *job)
{
    job->next = NULL;
    *intake->last = job;
    intake->last = &job->next;
    turn_mark(&intake->turn);
}

/* Takes jobs off the line up to the limits of a lot. */
static void fill_lot(struct intake *intake, struct lot *lot)
{
    size_t bytes = 0;
    struct intake_job **place = &lot->list;
    while (intake->first != NULL && lot->count < LOT_JOBS_MAX && (lot->count == 0 || bytes < LOT_BYTES_MAX)) {
        struct intake_job *job = intake->first;
        intake->first = job->next;
        *place = job;
        place = &job->next;
        bytes += job->envelope.size + (job->payload == NULL ? 0 : strlen(job->payload));
        lot->count++;
    }
    *place = NULL;
    if (intake->first == NULL)
        intake->last = &intake->first;
}

static void add_params(struct lot *lot)
{
    struct arena *arena = &lot->arena;
    size_t pairs = 0, used = 0, apart = 0, at = 0;
    for (const struct intake_job *job = lot->list; job != NULL; job = job->next)
        pairs += job->account_count;
    struct id *ids = arena_array(arena, lot->count, sizeof *ids),
              *users = arena_array(arena, lot->count, sizeof *users);
    struct id *with_payload = arena_array(arena, lot->count, sizeof *with_payload);
    struct str *envelopes = arena_array(arena, lot->count, sizeof *envelopes);
    int64_t *times = arena_array(arena, lot->count, sizeof *times);
    const char **payloads = arena_array(arena, lot->count, sizeof *payloads);
    struct id *jobs = arena_array(arena, pairs, sizeof *jobs),
              *accounts = arena_array(arena, pairs, sizeof *accounts);
    for (const struct intake_job *job = lot->list; job != NULL; job = job->next, at++) {
        ids[at] = job->job.id;
        users[at] = job->request->user;
        envelopes[at] = job->envelope;
        times[at] = job->job.enqueued_at_ms;
        if (job->payload != NULL) {
            with_payload[apart] = job->job.id;
            payloads[apart++] = job->payload;
        }
        for (size_t i = 0; i < job->account_count; i++, used++) {
            jobs[used] = job->job.id;
            accounts[used] = job->accounts[i];
        }
    }
    db_params_init(&lot->params, arena);
    db_add_ids(&lot->params, ids, NULL, lot->count);
    db_add_ids(&lot->params, users, NULL, lot->count);
    db_add_text(&lot->params, lot->list->job.task);
    db_add_text(&lot->params, lot->list->job.queue);
    db_add_bytes_array(&lot->params, envelopes, NULL, lot->count);
    db_add_times(&lot->params, times, NULL, lot->count);
    db_add_ids(&lot->params, with_payload, NULL, apart);
    db_add_texts(&lot->params, payloads, apart);
    db_add_ids(&lot->params, jobs, NULL, pairs);
    db_add_ids(&lot->params, accounts, NULL, pairs);
}

static bool is_refused(const struct db_rows *rows, const struct id *job)
{
    for (int i = 0; i < rows->count; i++) {
        struct id refused = rows_id(rows, i, 0);
        if (id_equal(&refused, job))
            return true;
    }
    return false;
}

static void put_accepted(struct lot *lot, const struct db_rows *refused)
{
    struct str *envelopes = arena_array(&lot->arena, lot->count, sizeof *envelopes);
    size_t count = 0;
    for (const struct intake_job *job = lot->list; job != NULL; job = job->next)
        if (!is_refused(refused, &job->job.id))
            envelopes[count++] = job->envelope;
    if (count > 0)
        accept_put(lot->intake->api, envelopes, count);
}

static void on_accepted(void *arg, struct db_answer *answer)
{
    struct lot *lot = arg;
    struct intake *intake = lot->intake;
    intake->running--;
    if (intake->first != NULL)
        turn_mark(&intake->turn);
    if (answer->result == 0)
        put_accepted(lot, &answer->rows);
    for (struct intake_job *job = lot->list, *next; job != NULL; job = next) {
        next = job->next; /* job is its request's and goes with it */
        if (answer->result != 0)
            reply_error(job->request, &answer->err);
        else if (is_refused(&answer->rows, &job->job.id))
            job->gone(job->request, job);
        else
            job->done(job->request, job);
    }
    arena_free(&lot->arena);
    free(lot);
}

static void flush(void *arg)
{
    struct intake *intake = arg;
    while (intake->first != NULL && intake->running < LOTS_AT_ONCE) {
        struct lot *lot = calloc(1, sizeof *lot);
        if (lot == NULL)
            abort();
        lot->intake = intake;
        arena_init(&lot->arena);
        fill_lot(intake, lot);
        add_params(lot);
        intake->running++;
        db_pool_run(intake->api->pool, &sql_job_accept_checked, &lot->params, on_accepted, lot);
    }
}

#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "ledger/jobs.h"
#include "scheduler/scheduler.h"

/*
 * The outbox against Redis. Three walks over the unfinished rows: the recent one looks at each row once,
 * shortly after it was accepted, and finds puts that failed; the slow one goes round for ever and finds what
 * nobody foresaw; the full one runs at full speed after Redis has forgotten: its marker key is gone
 * (FLUSHALL, an empty failover), or the connection is a new one (a restart may have lost the last second).
 */

enum {
    PAGE = 500,
    SETTLE_MS = 2000,       /* whoever accepted a row has put it by then */
    RECENT_MS = 120 * 1000, /* how far back the recent walk starts */
    BUDGET_MS = 200,        /* of a tick for the full walk */
};

static int finish_refused(struct scheduler *scheduler, const struct id *id, enum job_state state,
                          const char *reason, struct err *err)
{
    return jobs_finish(scheduler->db, &scheduler->arena, id, 1, state, reason, clock_wall_ms(), err);
}

/* Puts the missing rows of a page. */
static int put_missing(struct scheduler *scheduler, const struct jobs_page *page, const bool *missing,
                       struct err *err)
{
    struct arena *arena = &scheduler->arena;
    struct str *envelopes = arena_array(arena, page->count, sizeof *envelopes);
    struct id *ids = arena_array(arena, page->count, sizeof *ids);
    size_t count = 0;
    for (size_t i = 0; i < page->count; i++)
        if (missing[i]) {
            envelopes[count] = page->envelopes[i];
            ids[count++] = page->ids[i];
        }
    if (count == 0)
        return 0;
    struct put_result result;
    crash_point("relay_before_put");
    if (queue_put_envelopes(scheduler->queue, arena, envelopes, count, false, &result, err) != 0)
        return -1;
    crash_point("relay_put");
    int64_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        taken += result.status[i] == PUT_TAKEN;
        if (result.status[i] == PUT_DUPLICATE &&
            finish_refused(scheduler, &ids[i], JOB_CANCELLED,
                           "another job with its unique key was unfinished", err) != 0)
            return -1;
        if (result.status[i] == PUT_MALFORMED &&
            finish_refused(scheduler, &ids[i], JOB_DEAD, "its envelope is malformed", err) != 0)
            return -1;
    }
    metrics_add(&scheduler->metrics, SCHEDULER_RELAYED, "", (double)taken);
    log_info("relayed", LOG_INT("jobs", taken));
    return 0;
}

/* Which rows of the page Redis does not have: one call. */
static int find_missing(struct scheduler *scheduler, const struct jobs_page *page, bool *missing,
                        struct err *err)
{
    struct redis_args args;
    queue_call_init(&args, &scheduler->arena, "missing");
    for (size_t i = 0; i < page->count; i++)
        redis_add_id(&args, &page->ids[i]);
    const redisReply *reply = queue_call(scheduler->queue, &args, err);
    if (reply == NULL)
        return -1;
    size_t at = 0;
    for (size_t i = 0; i < page->count && at < reply->elements; i++) { /* in the order asked */
        char text[ID_TEXT_SIZE];
        id_format(&page->ids[i], text);
        missing[i] = strcmp(text, reply->element[at]->str) == 0;
        at += missing[i];
    }
    return 0;
}

/* One page of a walk; *count 0 at its end. */
static int walk(struct scheduler *scheduler, struct id *at, int64_t older_than_ms, size_t *count,
                struct err *err)
{
    struct jobs_page page = {0};
    arena_reset(&scheduler->arena);
    if (jobs_unfinished(scheduler->db, &scheduler->arena, at, older_than_ms, PAGE, &page, err) != 0)
        return -1;
    *count = page.count;
    if (page.count == 0)
        return 0;
    bool *missing = arena_array(&scheduler->arena, page.count, sizeof *missing);
    if (find_missing(scheduler, &page, missing, err) != 0 || put_missing(scheduler, &page, missing, err) != 0)
        return -1;
    *at = page.ids[page.count - 1];
    return 0;
}

static int set_marker(struct scheduler *scheduler, struct err *err)
{
    struct redis_args args;
    redis_args_init(&args, &scheduler->arena);
    redis_add_text(&args, "SET");
    redis_add_text(&args, queue_key(&scheduler->arena, "marker"));
    redis_add_int(&args, clock_wall_ms());
    return queue_command(scheduler->queue, &args, err) == NULL ? -1 : 0;
}

static int walk_full(struct scheduler *scheduler, struct err *err)
{
    struct relay *relay = &scheduler->relay;
    int64_t until_ms = clock_mono_ms() + BUDGET_MS;
    size_t count = PAGE;
    while (count > 0 && clock_mono_ms() < until_ms)
        if (walk(scheduler, &relay->full_at, clock_wall_ms() - SETTLE_MS / 4, &count, err) != 0)
            return -1;
    if (count > 0)
        return 0;
    /* Only now: a leader that dies in the middle leaves the marker missing, and the next one starts over. */
    crash_point("relay_before_marker");
    if (set_marker(scheduler, err) != 0)
        return -1;
    scheduler->has_marker = true;
    relay->full = false;
    log_info("relay_complete");
    return 0;
}

int relay_tick(struct scheduler *scheduler, struct err *err)
{
    struct relay *relay = &scheduler->relay;
    int64_t now_ms = clock_wall_ms();
    int generation = queue_generation(scheduler->queue);
    if (!relay->full && (!scheduler->has_marker || generation != relay->generation)) {
        log_info("relay_starts_over",
                 LOG_TEXT("why", scheduler->has_marker ? "new connection" : "redis forgot"));
        relay->full = true;
        relay->full_at = (struct id){{0}};
        relay->generation = generation;
    }
    if (relay->full)
        return walk_full(scheduler, err);
    size_t count;
    struct id oldest = id_at(now_ms - RECENT_MS);
    if (memcmp(&relay->recent, &oldest, sizeof oldest) < 0)
        relay->recent = oldest;
    for (int pages = 0; pages < 4; pages++) {
        if (walk(scheduler, &relay->recent, now_ms - SETTLE_MS, &count, err) != 0)
            return -1;
        if (count < PAGE)
            break;
    }
    static const struct id start;
    bool is_from_start = id_equal(&relay->slow, &start);
    if (walk(scheduler, &relay->slow, now_ms - SETTLE_MS, &count, err) != 0)
        return -1;
    relay->idle = is_from_start && count == 0;
    if (count == 0)
        relay->slow = start;
    return 0;
}

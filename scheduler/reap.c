#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "ledger/jobs.h"
#include "scheduler/scheduler.h"

enum { RECORD_PAGE = 200 };

int reap_tick(struct scheduler *scheduler, struct err *err)
{
    for (int more = 1; more != 0;) {
        struct redis_args args;
        queue_call_init(&args, &scheduler->arena, "reap");
        redis_add_int(&args, clock_wall_ms());
        redis_add_text(&args, "0");
        const redisReply *reply = queue_call(scheduler->queue, &args, err);
        if (reply == NULL)
            return -1;
        if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 6)
            return err_set(err, ERR_BUG, "purser_reap answered in a form that this program does not know");
        int64_t jobs = reply->element[0]->integer, nodes = reply->element[1]->integer;
        more = (int)reply->element[2]->integer;
        if (jobs > 0 || nodes > 0) {
            log_warn("reaped", LOG_INT("nodes", nodes), LOG_INT("jobs", jobs));
            metrics_add(&scheduler->metrics, SCHEDULER_REAPED, "", (double)jobs);
        }
        scheduler->has_marker = reply->element[3]->integer == 1;
        scheduler->unrecorded = reply->element[4]->integer;
        scheduler->lease_left_ms = reply->element[5]->integer;
        crash_point("reaped");
    }
    return 0;
}

/* "dead its reason": the state and what is behind it. */
static int parse_end(const redisReply *reply, enum job_state *state, const char **reason)
{
    struct str rest, name = str_split((struct str){reply->str, reply->len}, ' ', &rest);
    *reason = rest.size == 0 ? "" : rest.data; /* hiredis ends strings with a NUL */
    return job_state_find(name, state);
}

/* The ends from `first` on that say the same go into one statement. */
static int record_like(struct scheduler *scheduler, const redisReply *all, size_t first, bool *done,
                       struct err *err)
{
    struct id *ids = arena_array(&scheduler->arena, all->elements / 2, sizeof *ids);
    size_t count = 0;
    enum job_state state;
    const char *reason;
    for (size_t i = first; i + 1 < all->elements; i += 2) {
        if (done[i] || strcmp(all->element[i + 1]->str, all->element[first + 1]->str) != 0)
            continue;
        done[i] = true;
        /* An id that is no UUID was put by hand and has no row. */
        count += id_parse((struct str){all->element[i]->str, all->element[i]->len}, &ids[count]) == 0;
    }
    if (count == 0 || parse_end(all->element[first + 1], &state, &reason) != 0)
        return 0;
    crash_point("record_before_finish");
    return jobs_finish(scheduler->db, &scheduler->arena, ids, count, state, reason, clock_wall_ms(), err);
}

int reap_record(struct scheduler *scheduler, struct err *err)
{
    struct redis_args args;
    if (scheduler->unrecorded == 0)
        return 0;
    queue_call_init(&args, &scheduler->arena, "unrecorded");
    redis_add_int(&args, RECORD_PAGE);
    const redisReply *reply = queue_call(scheduler->queue, &args, err);
    if (reply == NULL)
        return -1;
    if (reply->elements == 0)
        return 0;
    bool *done = arena_array(&scheduler->arena, reply->elements, sizeof *done);
    for (size_t i = 0; i + 1 < reply->elements; i += 2)
        if (!done[i] && record_like(scheduler, reply, i, done, err) != 0)
            return -1;
    crash_point("recorded");
    queue_call_init(&args, &scheduler->arena, "recorded");
    for (size_t i = 0; i < reply->elements; i++)
        redis_add(&args, reply->element[i]->str, reply->element[i]->len);
    if (queue_call(scheduler->queue, &args, err) == NULL)
        return -1;
    metrics_add(&scheduler->metrics, SCHEDULER_RECORDED, "", (double)(reply->elements / 2));
    return 0;
}

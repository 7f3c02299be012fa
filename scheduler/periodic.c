#include "scheduler/periodic.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/settings.h"
#include "ledger/batches.h"
#include "ledger/jobs.h"
#include "scheduler/prune.h"

#define SECONDS(n) ((int64_t)(n)*1000)
#define MINUTES(n) ((int64_t)(n)*60 * 1000)
#define HOURS(n)   MINUTES((n)*60)
#define DAYS(n)    HOURS((n)*24)

enum {
    EACH_MAX = 1000, /* missed slots that one tick makes up for */
    AHEAD_MS = 60000 /* what the clocks of two machines may differ by */
};

static int make_partitions(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    (void)slot_ms;
    return jobs_make_partitions(context->db, context->arena, context->now_ms - DAYS(1),
                                context->now_ms + DAYS(3), err);
}

static int prune_jobs(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    int dropped = 0;
    (void)slot_ms;
    if (jobs_prune(context->db, context->arena, context->now_ms - DAYS(settings.jobs_keep_days), &dropped,
                   err) != 0)
        return -1;
    if (batches_prune(context->db, context->arena, context->now_ms - DAYS(settings.jobs_keep_days), err) != 0)
        return -1;
    if (dropped > 0)
        log_info("jobs_pruned", LOG_INT("days", dropped));
    return 0;
}

static int prune_dead(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    (void)slot_ms;
    for (int64_t gone = 1; gone > 0;) {
        struct redis_args args;
        queue_call_init(&args, context->arena, "dead_prune");
        redis_add_int(&args, context->now_ms - DAYS(settings.dead_keep_days));
        redis_add_int(&args, settings.dead_max);
        const redisReply *reply = queue_call(context->queue, &args, err);
        if (reply == NULL)
            return -1;
        gone = reply->integer;
    }
    return 0;
}

static const struct periodic periodics[] = {
    {"job_partitions", HOURS(1), PERIODIC_LATEST, make_partitions},
    {"prune_jobs", DAYS(1), PERIODIC_LATEST, prune_jobs},
    {"prune_dead", HOURS(1), PERIODIC_LATEST, prune_dead},
    {"prune_leftovers", HOURS(1), PERIODIC_LATEST, prune_leftovers},
    {"recurring", SECONDS(1), PERIODIC_LATEST, recurring_hand_over},
    {"budgets", SECONDS(2), PERIODIC_LATEST, budgets_hand_over},
    {"budgets_all", DAYS(1), PERIODIC_LATEST, budgets_all_due},
    {"statements", MINUTES(30), PERIODIC_LATEST, statements_hand_over},
    {"train_prior", DAYS(1), PERIODIC_LATEST, prior_hand_over},
    {"verify", SECONDS(5), PERIODIC_LATEST, verify_slice},
    {NULL, 0, PERIODIC_LATEST, NULL},
};

struct id periodic_id(const char *name, int64_t slot_ms)
{
    struct id id = id_at(slot_ms);
    uint8_t digest[HASH_SIZE];
    char text[160];
    int length = snprintf(text, sizeof text, "%s %lld", name, (long long)slot_ms);
    hash_sha256(text, (size_t)length, digest);
    id.bytes[6] = (uint8_t)(0x70 | (digest[0] & 0x0F));
    id.bytes[7] = digest[1];
    id.bytes[8] = (uint8_t)(0x80 | (digest[2] & 0x3F));
    memcpy(id.bytes + 9, digest + 3, 7);
    return id;
}

int periodic_enqueue(struct periodic_context *context, const struct job *jobs, const struct id *const *users,
                     size_t count, struct err *err)
{
    struct put_result result;
    struct err ignored;
    if (db_begin(context->db, err) != 0 ||
        jobs_accept(context->db, context->arena, jobs, users, count, err) != 0 ||
        db_commit(context->db, err) != 0) {
        db_rollback(context->db);
        return -1;
    }
    (void)!queue_put(context->queue, context->arena, jobs, count, false, &result, &ignored);
    return 0;
}

static int write_mark(struct periodic_context *context, const char *name, int64_t slot_ms, struct err *err)
{
    struct db_params params;
    db_params_init(&params, context->arena);
    db_add_text(&params, name);
    db_add_time(&params, slot_ms);
    db_add_time(&params, context->now_ms + AHEAD_MS);
    return db_run(context->db, &sql_schedule_write, &params, NULL, err);
}

static int run_due(struct scheduler *scheduler, const struct periodic *periodic,
                   struct periodic_context *context, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    char labels[96];
    int64_t latest_ms = context->now_ms - context->now_ms % periodic->every_ms;
    db_params_init(&params, context->arena);
    db_add_text(&params, periodic->name);
    if (db_run(context->db, &sql_schedule_read, &params, &rows, err) != 0)
        return -1;
    int64_t done_ms = rows.count > 0 ? rows_time(&rows, 0, 0) : latest_ms - periodic->every_ms;
    if (done_ms > context->now_ms + AHEAD_MS) /* by a clock that was wrong and has been put back since */
        done_ms = latest_ms - periodic->every_ms;
    if (done_ms >= latest_ms)
        return 0;
    int64_t slot_ms = periodic->catch_up == PERIODIC_LATEST ? latest_ms : done_ms + periodic->every_ms;
    snprintf(labels, sizeof labels, "name=\"%s\"", periodic->name);
    for (int slots = 0; slot_ms <= latest_ms && slots < EACH_MAX; slots++, slot_ms += periodic->every_ms) {
        if (periodic->run(context, slot_ms, err) != 0 ||
            write_mark(context, periodic->name, slot_ms, err) != 0)
            return err_wrap(err, "%s", periodic->name);
        metrics_add(&scheduler->metrics, SCHEDULER_PERIODIC, labels, 1);
    }
    return 0;
}

int periodic_tick(struct scheduler *scheduler, struct err *err)
{
    int result = 0;
    for (const struct periodic *periodic = periodics; periodic->name != NULL; periodic++) {
        struct err one = {0};
        arena_reset(&scheduler->arena);
        struct periodic_context context = {scheduler->db, scheduler->queue, &scheduler->arena,
                                           clock_wall_ms()};
        if (run_due(scheduler, periodic, &context, &one) != 0) { /* the others are not held up by it */
            db_rollback(scheduler->db);
            if (err != NULL)
                *err = one;
            result = -1;
        }
    }
    return result;
}

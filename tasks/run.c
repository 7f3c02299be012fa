#include "tasks/run.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "ledger/batches.h"
#include "ledger/jobs.h"
#include "ledger/models.h"
#include "queue/retry.h"
#include "tasks/middleware.h"

enum {
    FOLLOW_LIMIT = 64 * 1024 * 1024, /* bytes of follow-up envelopes in one batch */
    DATABASE_WAIT_MS = 1000,         /* until jobs are tried again that found no database */
    PROGRESS_MS = 250,               /* at most one write of progress in this time */
};

/* What the first batch would wait for, some milliseconds: claims a job that there is not, so that the
 * statement is prepared and PostgreSQL's caches of this connection are filled, and takes it back. */
static void warm_up(struct db *db)
{
    struct arena arena;
    struct err ignored;
    struct job job = {
        .id = id_new(), .task = "warm_up", .queue = "warm_up", .enqueued_at_ms = clock_wall_ms()};
    arena_init(&arena);
    if (db_begin(db, &ignored) == 0)
        (void)!jobs_claim(db, &arena, &job, 1, job.enqueued_at_ms, &ignored);
    db_rollback(db);
    arena_free(&arena);
}

int task_link_open(struct task_link *link, const char *database_url, struct err *err)
{
    *link = (struct task_link){.database_url = database_url};
    buf_init(&link->follow, FOLLOW_LIMIT);
    link->db = db_open(database_url, err);
    if (link->db == NULL)
        return -1;
    warm_up(link->db);
    return 0;
}

void task_link_close(struct task_link *link)
{
    db_close(link->db);
    db_close(link->side);
    models_free(link->models);
    buf_free(&link->follow);
}

/* By the task's policy: when a retry comes, or that there are no attempts left. */
static void resolve_outcome(const struct task *task, struct arena *arena, struct job *job, int64_t now_ms)
{
    struct outcome *outcome = &job->outcome;
    if (outcome->kind == OUTCOME_RETRY) {
        int attempts = job->attempt + 1;
        const char *reason = outcome->reason == NULL ? "failed" : outcome->reason;
        if (attempts >= task->retry.attempts_max) {
            outcome->kind = OUTCOME_DEAD;
            outcome->reason = arena_printf(arena, "%s (attempt %d, the last)", reason, attempts);
            return;
        }
        outcome->reason = reason;
        if (outcome->until_ms == 0)
            outcome->until_ms = now_ms + retry_wait_ms(task->retry.base_ms, task->retry.max_ms, attempts,
                                                       randombytes_random());
    } else if (outcome->kind == OUTCOME_SNOOZE && outcome->until_ms == 0) {
        outcome->until_ms = now_ms + DATABASE_WAIT_MS;
    } else if (outcome->kind == OUTCOME_DEAD && outcome->reason == NULL) {
        outcome->reason = "refused by its task";
    }
}

static void resolve_all(const struct task *task, struct arena *arena, struct job *jobs, size_t count,
                        int64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].skip)
            jobs[i].outcome = (struct outcome){.kind = OUTCOME_DONE};
        resolve_outcome(task, arena, &jobs[i], now_ms);
    }
}

static bool is_any_to_run(const struct job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!jobs[i].skip)
            return true;
    return false;
}

/* Outcomes, and what waited for them. */
static int settle(struct task_link *link, struct arena *arena, struct job *jobs, size_t count, int64_t now_ms,
                  struct err *err)
{
    struct str *envelopes;
    size_t started;
    resolve_all(link->task, arena, jobs, count, now_ms);
    if (jobs_settle(link->db, arena, jobs, count, now_ms, err) != 0 ||
        batches_done(link->db, arena, jobs, count, now_ms, &envelopes, &started, err) != 0)
        return -1;
    for (size_t i = 0; i < started; i++) {
        uint32_t size = (uint32_t)envelopes[i].size;
        buf_add(&link->follow, &size, sizeof size);
        buf_add(&link->follow, envelopes[i].data, size);
    }
    return link->follow.overflowed
               ? err_set(err, ERR_BUG, "the follow-up jobs of one batch have more than %d bytes",
                         FOLLOW_LIMIT)
               : 0;
}

static int run_in_one(struct task_link *link, struct task_context *context, struct job *jobs, size_t count,
                      struct err *err)
{
    if (db_begin(link->db, err) != 0)
        return -1;
    crash_point("child_begun");
    if (jobs_claim(link->db, context->arena, jobs, count, context->now_ms, err) != 0)
        return -1;
    crash_point("child_claimed");
    if (is_any_to_run(jobs, count) && link->task->run(context, jobs, count, err) != 0)
        return -1;
    crash_point("child_ran");
    if (settle(link, context->arena, jobs, count, context->now_ms, err) != 0)
        return -1;
    crash_point("child_before_commit");
    if (db_commit(link->db, err) != 0)
        return -1;
    crash_point("child_committed");
    return 0;
}

/* Writes outcomes in a transaction of their own. */
static int write_outcomes(struct task_link *link, struct arena *arena, struct job *jobs, size_t count,
                          int64_t now_ms, struct err *err)
{
    if (db_begin(link->db, err) != 0)
        return -1;
    if (jobs_claim(link->db, arena, jobs, count, now_ms, err) != 0)
        return -1;
    if (settle(link, arena, jobs, count, now_ms, err) != 0)
        return -1;
    return db_commit(link->db, err);
}

/* Follow-ups that a task accepted in transactions of its own: only those go on whose row was committed. */
static int keep_committed(struct task_link *link, struct arena *arena, struct err *err)
{
    struct buf *follow = &link->follow;
    size_t count = 0;
    uint32_t size;
    for (size_t at = 0; at < follow->size; at += sizeof size + size, count++)
        memcpy(&size, follow->data + at, sizeof size);
    if (count == 0)
        return 0;
    struct id *ids = arena_array(arena, count, sizeof *ids);
    size_t i = 0;
    for (size_t at = 0; at < follow->size; at += sizeof size + size) {
        struct job job;
        memcpy(&size, follow->data + at, sizeof size);
        if (job_decode((struct str){follow->data + at + sizeof size, size}, arena, &job, err) != 0)
            return -1;
        ids[i++] = job.id;
    }
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_ids(&params, ids, NULL, count);
    if (db_run(link->db, &sql_job_accepted, &params, &rows, err) != 0)
        return -1;
    if ((size_t)rows.count < count)
        buf_reset(follow); /* which of them is not worth finding out: the relay puts those that have a row */
    return 0;
}

static int run_in_own(struct task_link *link, struct task_context *context, struct job *jobs, size_t count,
                      struct err *err)
{
    if (link->task->run(context, jobs, count, err) != 0)
        return -1;
    crash_point("child_ran_own");
    if (keep_committed(link, context->arena, err) != 0)
        return -1;
    return write_outcomes(link, context->arena, jobs, count, context->now_ms, err);
}

static int run_once(struct task_link *link, struct arena *arena, struct job *jobs, size_t count,
                    struct err *err)
{
    struct task_context context = {.arena = arena, .db = link->db, .now_ms = clock_wall_ms(), .link = link};
    size_t follow_before = link->follow.size;
    for (size_t i = 0; i < count; i++) {
        jobs[i].outcome = (struct outcome){.kind = OUTCOME_DONE};
        jobs[i].skip = false;
    }
    int result = link->task->transaction == TASK_ONE_TRANSACTION
                     ? run_in_one(link, &context, jobs, count, err)
                     : run_in_own(link, &context, jobs, count, err);
    if (result != 0) {
        db_rollback(link->db);
        link->follow.size = follow_before;
    }
    return result;
}

static bool is_connection_lost(const struct task_link *link)
{
    return PQstatus(db_raw(link->db)) != CONNECTION_OK;
}

static void snooze(struct job *jobs, size_t count)
{
    int64_t until_ms = clock_wall_ms() + DATABASE_WAIT_MS + randombytes_uniform(DATABASE_WAIT_MS);
    for (size_t i = 0; i < count; i++)
        jobs[i].outcome =
            (struct outcome){.kind = OUTCOME_SNOOZE, .until_ms = until_ms, .reason = "no database"};
}

/* A job that failed on its own: its error becomes its outcome. */
static void fail_one(struct task_link *link, struct arena *arena, struct job *job, const struct err *why)
{
    struct err err;
    job->outcome = (struct outcome){.kind = why->class == ERR_RETRY ? OUTCOME_RETRY : OUTCOME_DEAD,
                                    .reason = arena_strdup(arena, why->text)};
    if (write_outcomes(link, arena, job, 1, clock_wall_ms(), &err) != 0) {
        db_rollback(link->db);
        snooze(job, 1);
    }
}

static void run_until_settled(struct task_link *link, struct arena *arena, struct job *jobs, size_t count)
{
    struct err err = {0};
    /* Twice as a batch when the connection went: whether the commit took place is in the rows. */
    for (int tries = 0; tries < 2; tries++) {
        if (is_connection_lost(link) && db_revive(link->db, &err) != 0) {
            snooze(jobs, count);
            return;
        }
        if (run_once(link, arena, jobs, count, &err) == 0)
            return;
        if (!is_connection_lost(link))
            break;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_connection_lost(link) && db_revive(link->db, &err) != 0) {
            snooze(jobs + i, count - i);
            return;
        }
        /* A batch of one has failed on its own already. */
        if (count > 1 && run_once(link, arena, &jobs[i], 1, &err) == 0)
            continue;
        if (is_connection_lost(link))
            snooze(&jobs[i], 1);
        else
            fail_one(link, arena, &jobs[i], &err);
    }
}

void task_run_batch(struct task_link *link, const struct task *task, struct arena *arena, struct job *jobs,
                    size_t count)
{
    struct task_context context = {.arena = arena, .db = link->db, .now_ms = clock_wall_ms(), .link = link};
    const struct task_middleware *const *last = task_middlewares;
    int64_t start_us = clock_mono_us();
    link->task = task;
    link->progress_at_ms = 0;
    link->has_progressed = false;
    /* A follow-up belongs to the trace of what asked for it, where that is one job. */
    link->traceparent = count == 1 ? jobs[0].traceparent : NULL;
    buf_reset(&link->follow);
    for (; *last != NULL; last++)
        if ((*last)->before != NULL)
            (*last)->before(&context, task, jobs, count);
    run_until_settled(link, arena, jobs, count);
    while (last-- > task_middlewares)
        if ((*last)->after != NULL)
            (*last)->after(&context, task, jobs, count, clock_mono_us() - start_us);
}

void task_progress(struct task_context *context, const struct job *job, int64_t done, int64_t total)
{
    struct task_link *link = context->link;
    struct err err;
    int64_t now_ms = clock_mono_ms();
    /* In one transaction the row is locked until the commit, and nobody would see it before. */
    if (link->task->transaction == TASK_ONE_TRANSACTION || (now_ms < link->progress_at_ms && done < total))
        return;
    link->progress_at_ms = now_ms + PROGRESS_MS;
    if (!link->has_progressed && link->on_progress != NULL)
        link->on_progress(link->data);
    link->has_progressed = true;
    struct db *db = link->db;
    if (PQtransactionStatus(db_raw(db)) != PQTRANS_IDLE) {
        if (link->side == NULL)
            link->side = db_open(link->database_url, &err);
        db = link->side;
    }
    struct arena arena;
    arena_init(&arena);
    /* Progress is a courtesy: a failure to tell it is no failure of the job. */
    if (db != NULL && jobs_progress(db, &arena, &job->id, done, total, &err) != 0 && db == link->side) {
        db_close(link->side);
        link->side = NULL;
    }
    arena_free(&arena);
}

int task_follow_up(struct task_context *context, struct job *follow, const struct id *user, struct err *err)
{
    static const struct id none;
    struct buf *buf = &context->link->follow;
    const struct task *task = task_find(follow->task);
    if (task == NULL)
        return err_set(err, ERR_BUG, "there is no task %s to follow up with", follow->task);
    if (follow->queue == NULL)
        follow->queue = task->queue;
    if (follow->args.size > task->args_max)
        return err_set(err, ERR_REJECT, "args of %s have %zu bytes; at most %zu", task->name,
                       follow->args.size, task->args_max);
    if (id_equal(&follow->id, &none))
        follow->id = id_new();
    if (follow->enqueued_at_ms == 0)
        follow->enqueued_at_ms = clock_wall_ms();
    if (follow->traceparent == NULL)
        follow->traceparent = context->link->traceparent;
    if (jobs_accept(context->db, context->arena, follow, &user, 1, err) != 0)
        return -1;
    uint32_t size = 0;
    size_t start = buf->size;
    buf_add(buf, &size, sizeof size);
    if (job_encode(follow, buf, err) != 0) {
        buf->size = start;
        return -1;
    }
    size = (uint32_t)(buf->size - start - sizeof size);
    memcpy(buf->data + start, &size, sizeof size);
    return 0;
}

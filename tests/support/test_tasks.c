/*
 * The tasks of out/VARIANT/test-worker, a worker for tests and benches: production code with this registry.
 * What a job does stands in its args:
 *
 *   {"do": "effect"}               one row in test_effect (the default)
 *   {"do": "sleep", "ms": N}       then the row
 *   {"do": "crash", "times": N}    SIGKILLs its own process until N deliveries were seen in test_delivery,
 * then the row
 *   {"do": "retry", "times": N}    fails N times, then the row
 *   {"do": "tell", "ms": N}        writes "PID MICROSECONDS" (monotonic) to the file TEST_TELL names, then
 * sleeps
 *   {"do": "batch", "count": N}    N jobs, and one when all are done; {"do": "chain", "count": N}: one after
 * the other
 *   {"do": "dead"} {"do": "snooze", "ms": N} {"do": "throw"} {"do": "follow", "count": N} {"do": "progress",
 * "ms": N}
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "ledger/batches.h"
#include "tasks/middleware.h"

static const struct sql sql_effect = {"test_effect",
                                      "INSERT INTO test_effect (job_id, task, at_ms, pid) SELECT id, "
                                      "$2::text, $3::bigint, $4::bigint FROM unnest($1::uuid[]) id"};
static const struct sql sql_delivery = {
    "test_delivery", "INSERT INTO test_delivery AS d (job_id, count) VALUES ($1::uuid, 1) "
                     "ON CONFLICT (job_id) DO UPDATE SET count = d.count + 1 RETURNING count"};

struct order {
    const char *what;
    int64_t ms, times, count;
};

static const struct json_field fields[] = {
    {"do", JSON_FIELD_TEXT, 0, 1, 20, offsetof(struct order, what)},
    {"ms", JSON_FIELD_INT, 0, 0, 600000, offsetof(struct order, ms)},
    {"times", JSON_FIELD_INT, 0, 0, 1000, offsetof(struct order, times)},
    {"count", JSON_FIELD_INT, 0, 0, 10000, offsetof(struct order, count)},
    {"pad", JSON_FIELD_TEXT, 0, 0, 65536, offsetof(struct order, what)},
};

static void pause_for(int64_t ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Counted in a transaction of its own, so that it survives what follows. */
static int count_delivery(struct task_context *context, const struct job *job, int64_t *count,
                          struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    static struct db *side;
    if (side == NULL && (side = db_open(getenv("PURSER_DATABASE_URL"), err)) == NULL)
        return -1;
    db_params_init(&params, context->arena);
    db_add_id(&params, &job->id);
    if (db_run(side, &sql_delivery, &params, &rows, err) != 0)
        return -1;
    *count = rows_int(&rows, 0, 0);
    return 0;
}

static int follow(struct task_context *context, int64_t count, struct err *err)
{
    for (int64_t i = 0; i < count; i++) {
        struct job next = {.task = "effect", .args = STR("{}")};
        if (task_follow_up(context, &next, NULL, err) != 0)
            return -1;
    }
    return 0;
}

/* A batch of `count` jobs and one of "effect_one" when all are done, or a chain of `count`. */
static int start_group(struct task_context *context, int64_t count, bool is_chain, struct err *err)
{
    struct job *jobs = arena_array(context->arena, (size_t)count, sizeof *jobs);
    for (int64_t i = 0; i < count; i++)
        jobs[i] = (struct job){.id = id_new(),
                               .task = "effect",
                               .queue = "work",
                               .enqueued_at_ms = clock_wall_ms(),
                               .args = STR("{}")};
    struct job last = {.id = id_new(),
                       .task = "effect_one",
                       .queue = "single",
                       .enqueued_at_ms = clock_wall_ms(),
                       .args = STR("{}")};
    if (is_chain
            ? batches_chain(context->db, context->arena, jobs, (size_t)count, NULL, context->now_ms, err) != 0
            : batches_open(context->db, context->arena, jobs, (size_t)count, &last, NULL, context->now_ms,
                           err) != 0)
        return -1;
    for (int64_t i = 0; i < (is_chain ? 1 : count); i++)
        if (task_follow_up(context, &jobs[i], NULL, err) != 0)
            return -1;
    return 0;
}

static void tell(int64_t ms)
{
    const char *path = getenv("TEST_TELL");
    int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    char line[64];
    int length = snprintf(line, sizeof line, "%d %lld\n", (int)getpid(), (long long)clock_mono_us());
    if (fd >= 0 && write(fd, line, (size_t)length) == length)
        pause_for(ms);
    if (fd >= 0)
        close(fd);
}

static int obey(struct task_context *context, struct job *job, const struct order *order, struct err *err)
{
    int64_t count = 0;
    if (strcmp(order->what, "sleep") == 0) {
        pause_for(order->ms);
    } else if (strcmp(order->what, "tell") == 0) {
        tell(order->ms);
    } else if (strcmp(order->what, "crash") == 0) {
        if (count_delivery(context, job, &count, err) != 0)
            return -1;
        if (count <= order->times)
            kill(getpid(), SIGKILL);
    } else if (strcmp(order->what, "retry") == 0) {
        if (job->attempt < order->times)
            job->outcome = (struct outcome){.kind = OUTCOME_RETRY, .reason = "told to fail"};
    } else if (strcmp(order->what, "dead") == 0) {
        job->outcome = (struct outcome){.kind = OUTCOME_DEAD, .reason = "told to die"};
    } else if (strcmp(order->what, "snooze") == 0) {
        if (context->now_ms < job->enqueued_at_ms + order->ms)
            job->outcome =
                (struct outcome){.kind = OUTCOME_SNOOZE, .until_ms = job->enqueued_at_ms + order->ms};
    } else if (strcmp(order->what, "throw") == 0) {
        return err_set(err, ERR_REJECT, "told to throw");
    } else if (strcmp(order->what, "follow") == 0) {
        return follow(context, order->count, err);
    } else if (strcmp(order->what, "batch") == 0 || strcmp(order->what, "chain") == 0) {
        return start_group(context, order->count, strcmp(order->what, "chain") == 0, err);
    } else if (strcmp(order->what, "progress") == 0) {
        for (int i = 1; i <= 4; i++) {
            task_progress(context, job, i, 4);
            pause_for(order->ms / 4);
        }
    }
    return 0;
}

static int add_effects(struct task_context *context, const struct job *jobs, size_t count, struct err *err)
{
    struct db_params params;
    struct id *ids = arena_array(context->arena, count, sizeof *ids);
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (!jobs[i].skip && jobs[i].outcome.kind == OUTCOME_DONE)
            ids[used++] = jobs[i].id;
    db_params_init(&params, context->arena);
    db_add_ids(&params, ids, NULL, used);
    db_add_text(&params, jobs[0].task);
    db_add_int(&params, clock_wall_ms());
    db_add_int(&params, getpid());
    return used == 0 ? 0 : db_run(context->db, &sql_effect, &params, NULL, err);
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct order order = {.what = "effect"};
        struct faults faults;
        if (jobs[i].skip || jobs[i].args.size == 2)
            continue;
        faults_init(&faults, context->arena);
        json_t *args = json_read(context->arena, jobs[i].args, &faults);
        if (args == NULL || JSON_DECODE(args, "", fields, &order, context->arena, &faults) != 0)
            jobs[i].outcome = (struct outcome){.kind = OUTCOME_DEAD, .reason = faults.list[0].detail};
        else if (obey(context, &jobs[i], &order, err) != 0)
            return -1;
    }
    return add_effects(context, jobs, count, err);
}

static int run_nothing(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    (void)context;
    (void)jobs;
    (void)count;
    (void)err;
    return 0;
}

#define TASK(symbol, task_name, task_queue, task_batch, task_timeout_ms, task_transaction, task_run)         \
    static const struct task symbol = {.name = task_name,                                                    \
                                       .summary = "For tests.",                                              \
                                       .queue = task_queue,                                                  \
                                       .batch_max = task_batch,                                              \
                                       .timeout_ms = task_timeout_ms,                                        \
                                       .retry = {.attempts_max = 4, .base_ms = 20, .max_ms = 100},           \
                                       .args_max = 60000,                                                    \
                                       .transaction = task_transaction,                                      \
                                       .run = task_run}

TASK(effect, "effect", "work", 64, 30000, TASK_ONE_TRANSACTION, run);
TASK(effect_256, "effect_256", "bulk", 256, 30000, TASK_ONE_TRANSACTION, run);
TASK(effect_one, "effect_one", "single", 1, 30000, TASK_ONE_TRANSACTION, run);
TASK(own, "own", "own", 8, 30000, TASK_OWN_TRANSACTIONS, run);
TASK(limited, "limited", "short", 8, 300, TASK_OWN_TRANSACTIONS, run);
TASK(nothing, "nothing", "nothing", 64, 30000, TASK_OWN_TRANSACTIONS, run_nothing);
TASK(heavy_a, "heavy_a", "wa", 6, 30000, TASK_ONE_TRANSACTION, run);
TASK(heavy_b, "heavy_b", "wb", 6, 30000, TASK_ONE_TRANSACTION, run);
TASK(heavy_c, "heavy_c", "wc", 6, 30000, TASK_ONE_TRANSACTION, run);

extern const struct task *const tasks_all[];
const struct task *const tasks_all[] = {&effect,  &effect_256, &effect_one, &own,     &limited,
                                        &nothing, &heavy_a,    &heavy_b,    &heavy_c, NULL};

/* What stood around batches: one line each in the file that TEST_AROUND names. */
static void note(const char *what, const struct task *task, size_t count, const struct job *jobs)
{
    const char *path = getenv("TEST_AROUND");
    FILE *file = path == NULL ? NULL : fopen(path, "a");
    if (file == NULL)
        return;
    fprintf(file, "%s %s %zu %d\n", what, task->name, count, jobs[0].outcome.kind);
    fclose(file);
}

static void note_before(struct task_context *context, const struct task *task, const struct job *jobs,
                        size_t count)
{
    (void)context;
    note("before", task, count, jobs);
}

static void note_after(struct task_context *context, const struct task *task, const struct job *jobs,
                       size_t count, int64_t took_us)
{
    (void)context;
    note(took_us > 0 ? "after" : "too soon", task, count, jobs);
}

static const struct task_middleware middleware_note = {
    .name = "note", .before = note_before, .after = note_after};
extern const struct task_middleware task_middleware_trace;
const struct task_middleware *const task_middlewares[] = {&middleware_note, &task_middleware_trace, NULL};

const struct task *task_find(const char *name)
{
    for (const struct task *const *task = tasks_all; *task != NULL; task++)
        if (strcmp((*task)->name, name) == 0)
            return *task;
    return NULL;
}

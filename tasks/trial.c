#include "tasks/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "ledger/jobs.h"

static void free_jobs(void *trial)
{
    free(((struct trial *)trial)->jobs);
}

int trial_open(struct trial *trial, const char *database_url, struct err *err)
{
    *trial = (struct trial){0};
    arena_init(&trial->arena);
    arena_defer(&trial->arena, free_jobs, trial);
    return task_link_open(&trial->link, database_url, err);
}

void trial_close(struct trial *trial)
{
    task_link_close(&trial->link);
    arena_free(&trial->arena);
}

const struct trial_job *trial_at(const struct trial *trial, size_t index)
{
    return index < trial->count ? trial->jobs[index] : NULL;
}

static bool is_waiting(const struct trial_job *one)
{
    return !job_state_is_final(one->state);
}

static struct trial_job *add(struct trial *trial, const struct job *job)
{
    if (trial->count == trial->capacity) {
        trial->capacity = trial->capacity == 0 ? 16 : trial->capacity * 2;
        trial->jobs = realloc(trial->jobs, trial->capacity * sizeof *trial->jobs);
        if (trial->jobs == NULL)
            abort();
    }
    struct trial_job *one = arena_alloc(&trial->arena, sizeof *one);
    one->job = *job;
    one->due_ms = job->run_at_ms > job->enqueued_at_ms ? job->run_at_ms : job->enqueued_at_ms;
    one->state = one->due_ms > clock_wall_ms() ? JOB_SCHEDULED : JOB_QUEUED;
    return trial->jobs[trial->count++] = one;
}

/* A copy that owes nothing to anybody: through its envelope, as in Redis. */
static int copy(struct trial *trial, const struct job *job, struct job *out, struct err *err)
{
    struct str envelope;
    if (job_encode_in(&trial->arena, job, &envelope, err) != 0)
        return -1;
    return job_decode(envelope, &trial->arena, out, err);
}

static int check(struct trial *trial, const struct task *task, const struct job *job, struct err *err)
{
    struct faults faults;
    faults_init(&faults, &trial->arena);
    json_t *args = json_read(&trial->arena, job->args, &faults);
    if (args != NULL && task->validate != NULL)
        task->validate(args, &trial->arena, &faults);
    if (faults.count > 0)
        return err_set(err, ERR_REJECT, "%s %s", faults.list[0].pointer, faults.list[0].detail);
    for (size_t i = 0; job->unique != NULL && job->unique[0] != '\0' && i < trial->count; i++)
        if (is_waiting(trial->jobs[i]) && strcmp(trial->jobs[i]->job.unique, job->unique) == 0)
            return err_set(err, ERR_REJECT, "another unfinished job has the unique key %s", job->unique);
    return 0;
}

struct trial_job *trial_put(struct trial *trial, const struct job *job, struct err *err)
{
    static const struct id none;
    struct db *db = trial->link.db;
    const struct task *task = task_find(job->task);
    struct job filled = *job, own;
    if (task == NULL) {
        err_set(err, ERR_REJECT, "there is no task '%s'", job->task);
        return NULL;
    }
    if (filled.queue == NULL)
        filled.queue = task->queue;
    if (id_equal(&filled.id, &none))
        filled.id = id_new();
    if (filled.enqueued_at_ms == 0)
        filled.enqueued_at_ms = clock_wall_ms();
    if (copy(trial, &filled, &own, err) != 0 || check(trial, task, &own, err) != 0)
        return NULL;
    if (db_begin(db, err) != 0 || jobs_accept(db, &trial->arena, &own, NULL, 1, err) != 0 ||
        db_commit(db, err) != 0) {
        db_rollback(db);
        return NULL;
    }
    return add(trial, &own);
}

/* The waiting job that is due first; among equals the one that came first. */
static struct trial_job *next_job(const struct trial *trial)
{
    struct trial_job *next = NULL;
    for (size_t i = 0; i < trial->count; i++)
        if (is_waiting(trial->jobs[i]) && (next == NULL || trial->jobs[i]->due_ms < next->due_ms))
            next = trial->jobs[i];
    return next;
}

/* What became of one that ran. */
static void settle(struct trial_job *one, const struct job *ran)
{
    one->job.outcome = ran->outcome;
    one->runs++;
    switch (ran->outcome.kind) {
    case OUTCOME_DONE:
        one->state = JOB_DONE;
        break;
    case OUTCOME_DEAD:
        one->state = JOB_DEAD;
        break;
    case OUTCOME_RETRY:
        one->job.attempt++;
        one->due_ms = ran->outcome.until_ms;
        one->state = JOB_RETRYING;
        break;
    case OUTCOME_SNOOZE:
        one->due_ms = ran->outcome.until_ms;
        one->state = one->job.attempt > 0 ? JOB_RETRYING : JOB_SCHEDULED;
        break;
    }
}

static int add_follow_ups(struct trial *trial, struct err *err)
{
    const struct buf *follow = &trial->link.follow;
    uint32_t size;
    for (size_t at = 0; at < follow->size; at += sizeof size + size) {
        struct job job;
        memcpy(&size, follow->data + at, sizeof size);
        if (job_decode((struct str){follow->data + at + sizeof size, size}, &trial->arena, &job, err) != 0)
            return -1;
        add(trial, &job);
    }
    return 0;
}

/* `first` and those of its task that are due with it. */
static int run_batch(struct trial *trial, const struct trial_job *first, struct err *err)
{
    const struct task *task = task_find(first->job.task);
    int64_t now_ms = clock_wall_ms();
    if (task == NULL)
        return err_set(err, ERR_BUG, "there is no task '%s'", first->job.task);
    size_t most = task->batch_max < 1 ? 1 : (size_t)task->batch_max, count = 0;
    struct trial_job **batch = arena_array(&trial->arena, most, sizeof *batch);
    struct job *jobs = arena_array(&trial->arena, most, sizeof *jobs);
    for (size_t i = 0; i < trial->count && count < most; i++) {
        struct trial_job *one = trial->jobs[i];
        if (!is_waiting(one) || one->due_ms > now_ms || strcmp(one->job.task, task->name) != 0)
            continue;
        if (one->job.deadline_ms > 0 && now_ms > one->job.deadline_ms) {
            one->state = JOB_EXPIRED;
            continue;
        }
        jobs[count] = one->job;
        batch[count++] = one;
    }
    if (count == 0)
        return 0;
    task_run_batch(&trial->link, task, &trial->arena, jobs, count);
    for (size_t i = 0; i < count; i++)
        settle(batch[i], &jobs[i]);
    return add_follow_ups(trial, err);
}

int trial_run(struct trial *trial, int64_t until_ms, struct err *err)
{
    const struct trial_job *next;
    for (int runs = 0; (next = next_job(trial)) != NULL && (until_ms == 0 || next->due_ms <= until_ms);
         runs++) {
        if (runs == TRIAL_RUNS_MAX)
            return err_set(err, ERR_BUG, "the jobs do not come to an end: %d batches ran", TRIAL_RUNS_MAX);
        int64_t ahead_ms = next->due_ms - clock_wall_ms();
        if (ahead_ms > 0)
            clock_move(ahead_ms);
        if (run_batch(trial, next, err) != 0)
            return -1;
    }
    if (until_ms > clock_wall_ms())
        clock_move(until_ms - clock_wall_ms());
    return 0;
}

#ifndef TASKS_TRIAL_H
#define TASKS_TRIAL_H

/*
 * For those who write tasks: a queue inside a test's own process. Jobs run the way a worker's child runs them
 * (tasks/run.h: batches, transaction, one by one when a batch fails), follow-ups and retries included, on a
 * real PostgreSQL, without Redis, without other processes, and without waiting: time jumps to when the next
 * job is due. What it does not do: kill the process, limit how long a job takes, hold jobs back by rules.
 * docs/tasks.md has an example.
 */

#include "queue/job.h"
#include "tasks/run.h"

struct trial_job {
    struct job job; /* as it would run next; outcome: of its last run */
    enum job_state state;
    int runs;       /* how often it was given to its task */
    int64_t due_ms; /* while scheduled, queued or retrying */
};

struct trial {
    struct task_link link;
    struct arena arena; /* owns all jobs */
    struct trial_job **jobs;
    size_t count, capacity;
};

/* A migrated database. The trial's time starts at clock_wall_ms and from then on moves it (clock_move). */
int trial_open(struct trial *trial, const char *database_url, struct err *err) MUST_CHECK;
void trial_close(struct trial *trial);

/* Accepts a job as the API does: its task validates the args, its row is committed. The job needs task and
 * args; id, queue and enqueued_at are filled in when they are not set. Texts are copied. ERR_REJECT: no such
 * task, args that its validate refuses (the first fault, "/pointer what is wrong"), a unique key that another
 * unfinished job has. The result lives until trial_close. */
struct trial_job *trial_put(struct trial *trial, const struct job *job, struct err *err);

/* Runs what is due until `until_ms` (0: until nothing is left that will run), the jobs of one task in batches
 * of its batch_max, the earliest first. ERR_BUG when it does not come to an end (TRIAL_RUNS_MAX). */
enum { TRIAL_RUNS_MAX = 100000 };
int trial_run(struct trial *trial, int64_t until_ms, struct err *err) MUST_CHECK;

/* Jobs that were accepted since the trial began, in their order: follow-ups come after what asked for them.
 * NULL when there are not so many. */
const struct trial_job *trial_at(const struct trial *trial, size_t index);

#endif

#include "ledger/jobs.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MS_PER_DAY = 24 * 60 * 60 * 1000 };

/* The columns of a set of jobs as arrays, for unnest. */
struct columns {
    struct id *ids;
    const char **tasks, **queues;
    int64_t *enqueued_ms, *attempts;
};

static struct columns columns_of(struct arena *arena, const struct job *jobs, size_t count)
{
    struct columns columns = {
        .ids = arena_array(arena, count, sizeof *columns.ids),
        .tasks = arena_array(arena, count, sizeof *columns.tasks),
        .queues = arena_array(arena, count, sizeof *columns.queues),
        .enqueued_ms = arena_array(arena, count, sizeof *columns.enqueued_ms),
        .attempts = arena_array(arena, count, sizeof *columns.attempts),
    };
    for (size_t i = 0; i < count; i++) {
        columns.ids[i] = jobs[i].id;
        columns.tasks[i] = jobs[i].task;
        columns.queues[i] = jobs[i].queue;
        columns.enqueued_ms[i] = jobs[i].enqueued_at_ms;
        columns.attempts[i] = jobs[i].attempt;
    }
    return columns;
}

int jobs_accept_params(struct db_params *params, const struct job *jobs, const struct id *const *users,
                       size_t count, struct err *err)
{
    struct arena *arena = params->arena;
    struct columns columns = columns_of(arena, jobs, count);
    struct id *owners = arena_array(arena, count, sizeof *owners);
    bool *ownerless = arena_array(arena, count, sizeof *ownerless);
    struct str *envelopes = arena_array(arena, count, sizeof *envelopes);
    for (size_t i = 0; i < count; i++) {
        ownerless[i] = users == NULL || users[i] == NULL;
        if (!ownerless[i])
            owners[i] = *users[i];
        if (job_encode_in(arena, &jobs[i], &envelopes[i], err) != 0)
            return -1;
    }
    db_add_ids(params, columns.ids, NULL, count);
    db_add_ids(params, owners, ownerless, count);
    db_add_texts(params, columns.tasks, count);
    db_add_texts(params, columns.queues, count);
    db_add_bytes_array(params, envelopes, NULL, count);
    db_add_times(params, columns.enqueued_ms, NULL, count);
    return 0;
}

int jobs_accept(struct db *db, struct arena *arena, const struct job *jobs, const struct id *const *users,
                size_t count, struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    if (jobs_accept_params(&params, jobs, users, count, err) != 0)
        return -1;
    return db_run(db, &sql_job_accept, &params, NULL, err);
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

int jobs_claim(struct db *db, struct arena *arena, struct job *jobs, size_t count, int64_t now_ms,
               struct err *err)
{
    struct columns columns = columns_of(arena, jobs, count);
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_ids(&params, columns.ids, NULL, count);
    db_add_texts(&params, columns.tasks, count);
    db_add_texts(&params, columns.queues, count);
    db_add_ints(&params, columns.attempts, NULL, count);
    db_add_times(&params, columns.enqueued_ms, NULL, count);
    db_add_time(&params, now_ms);
    if (db_run(db, &sql_job_claim, &params, &rows, err) != 0)
        return -1;
    struct id *claimed = rows_ids(&rows, 0, arena);
    qsort(claimed, (size_t)rows.count, sizeof *claimed, compare_ids);
    for (size_t i = 0; i < count; i++)
        jobs[i].skip =
            bsearch(&jobs[i].id, claimed, (size_t)rows.count, sizeof *claimed, compare_ids) == NULL;
    return 0;
}

static bool is_plain_done(const struct job *job)
{
    return job->skip || (job->outcome.kind == OUTCOME_DONE && job->outcome.result == NULL);
}

/* A job that runs again is put by the relay, if it must be, as it will stand in Redis: one attempt more after
 * a retry. */
static int encode_next(struct arena *arena, const struct job *job, struct str *envelope, struct err *err)
{
    struct job next = *job;
    next.attempt += job->outcome.kind == OUTCOME_RETRY;
    next.run_at_ms = job->outcome.until_ms;
    next.flags &= JOB_MEMBER;
    return job_encode_in(arena, &next, envelope, err);
}

int jobs_settle(struct db *db, struct arena *arena, const struct job *jobs, size_t count, int64_t now_ms,
                struct err *err)
{
    struct id *ids = arena_array(arena, count, sizeof *ids);
    const char **states = arena_array(arena, count, sizeof *states);
    const char **results = arena_array(arena, count, sizeof *results);
    const char **reasons = arena_array(arena, count, sizeof *reasons);
    struct str *envelopes = arena_array(arena, count, sizeof *envelopes);
    bool *final = arena_array(arena, count, sizeof *final);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct job *job = &jobs[i];
        if (is_plain_done(job))
            continue;
        ids[used] = job->id;
        results[used] = job->outcome.result;
        reasons[used] = job->outcome.reason;
        final[used] = job->outcome.kind == OUTCOME_DONE; /* a dead one may be tried again */
        states[used] = job->outcome.kind == OUTCOME_DONE   ? "done"
                       : job->outcome.kind == OUTCOME_DEAD ? "dead"
                                                           : "accepted";
        if (!final[used] && encode_next(arena, job, &envelopes[used], err) != 0)
            return -1;
        used++;
    }
    if (used == 0)
        return 0;
    struct db_params params;
    db_params_init(&params, arena);
    db_add_ids(&params, ids, NULL, used);
    db_add_texts(&params, states, used);
    db_add_texts(&params, results, used);
    db_add_texts(&params, reasons, used);
    db_add_bytes_array(&params, envelopes, final, used);
    db_add_time(&params, now_ms);
    return db_run(db, &sql_job_settle, &params, NULL, err);
}

int jobs_finish(struct db *db, struct arena *arena, const struct id *ids, size_t count, enum job_state state,
                const char *reason, int64_t now_ms, struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    db_add_ids(&params, ids, NULL, count);
    db_add_text(&params, job_state_name(state));
    db_add_text(&params, reason);
    db_add_time(&params, now_ms);
    return db_run(db, &sql_job_finish, &params, NULL, err);
}

int jobs_unfinished(struct db *db, struct arena *arena, const struct id *after, int64_t older_than_ms,
                    int limit, struct jobs_page *page, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, after);
    db_add_time(&params, older_than_ms);
    db_add_int(&params, limit);
    if (db_run(db, &sql_job_unfinished, &params, &rows, err) != 0)
        return -1;
    page->count = (size_t)rows.count;
    page->ids = arena_array(arena, page->count, sizeof *page->ids);
    page->envelopes = arena_array(arena, page->count, sizeof *page->envelopes);
    for (int i = 0; i < rows.count; i++) {
        page->ids[i] = rows_id(&rows, i, 0);
        page->envelopes[i] = rows_bytes(&rows, i, 1);
    }
    return 0;
}

int jobs_progress(struct db *db, struct arena *arena, const struct id *id, int64_t done, int64_t total,
                  struct err *err)
{
    struct db_params params;
    db_params_init(&params, arena);
    db_add_id(&params, id);
    db_add_int(&params, done);
    db_add_int(&params, total);
    return db_run(db, &sql_job_progress, &params, NULL, err);
}

int jobs_make_partitions(struct db *db, struct arena *arena, int64_t from_ms, int64_t to_ms, struct err *err)
{
    for (int64_t day_ms = from_ms - from_ms % MS_PER_DAY; day_ms < to_ms; day_ms += MS_PER_DAY) {
        time_t seconds = (time_t)(day_ms / 1000);
        struct tm utc;
        char day[16];
        gmtime_r(&seconds, &utc);
        if (strftime(day, sizeof day, "%Y%m%d", &utc) == 0)
            return err_set(err, ERR_BUG, "no date for a partition");
        struct id lowest = id_at(day_ms), behind = id_at(day_ms + MS_PER_DAY);
        struct db_params params;
        db_params_init(&params, arena);
        db_add_text(&params, day);
        db_add_id(&params, &lowest);
        db_add_id(&params, &behind);
        if (db_run(db, &sql_job_make_partition, &params, NULL, err) != 0)
            return -1;
    }
    return 0;
}

int jobs_prune(struct db *db, struct arena *arena, int64_t before_ms, int *dropped, struct err *err)
{
    struct id keep_from = id_at(before_ms);
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, &keep_from);
    if (db_run(db, &sql_job_prune, &params, &rows, err) != 0)
        return -1;
    *dropped = (int)rows_int(&rows, 0, 0);
    return 0;
}

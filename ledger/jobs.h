#ifndef LEDGER_JOBS_H
#define LEDGER_JOBS_H

/*
 * The rows of table job (sql/migrations/0001_jobs.sql): outbox and proof of effects in one. Who accepts work
 * inserts rows with it; the child finishes them in the transaction of the effects, which makes effects
 * exactly-once: of any number of deliveries only the first to commit finds the row unfinished.
 */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "queue/job.h"

/* Adds the parameters of sql_job_accept: the rows of `jobs`, owned by users[i] (users or an element NULL:
 * nobody's). Envelopes are encoded here. For statements that accept work together with other data, see
 * job_accept.sql. */
int jobs_accept_params(struct db_params *params, const struct job *jobs, const struct id *const *users,
                       size_t count, struct err *err) MUST_CHECK;

/* In the current transaction: inserts the rows. A row that exists is left as it is. */
int jobs_accept(struct db *db, struct arena *arena, const struct job *jobs, const struct id *const *users,
                size_t count, struct err *err) MUST_CHECK;

/* In the current transaction: marks all jobs done and locks their rows against other deliveries; sets
 * job->skip on those that were final before (done, cancelled, …). Jobs that another program put straight into
 * Redis get a row. */
int jobs_claim(struct db *db, struct arena *arena, struct job *jobs, size_t count, int64_t now_ms,
               struct err *err) MUST_CHECK;

/* In the same transaction, after the effects: writes what differs from "done without a result": results, and
 * for outcomes retry and snooze the row is unfinished again (its attempt counted), for dead the reason.
 * `jobs_final_attempt` outcomes must be resolved by the caller first (retry with no attempts left is dead).
 */
int jobs_settle(struct db *db, struct arena *arena, const struct job *jobs, size_t count, int64_t now_ms,
                struct err *err) MUST_CHECK;

/* In a transaction of its own: rows end without having run here (crashed three times, expired, cancelled). */
int jobs_finish(struct db *db, struct arena *arena, const struct id *ids, size_t count, enum job_state state,
                const char *reason, int64_t now_ms, struct err *err) MUST_CHECK;

/* The relay: unfinished rows after `after` (ids in order), at most limit, enqueued before older_than_ms.
 * Envelopes are in the arena. A page of ids and envelopes; *count 0 at the end. */
struct jobs_page {
    struct id *ids;
    struct str *envelopes;
    size_t count;
};
int jobs_unfinished(struct db *db, struct arena *arena, const struct id *after, int64_t older_than_ms,
                    int limit, struct jobs_page *page, struct err *err) MUST_CHECK;

/* Progress, outside of any transaction of effects. */
int jobs_progress(struct db *db, struct arena *arena, const struct id *id, int64_t done, int64_t total,
                  struct err *err) MUST_CHECK;

/* Partitions for the days [from, to) of wall time that do not exist yet. */
int jobs_make_partitions(struct db *db, struct arena *arena, int64_t from_ms, int64_t to_ms,
                         struct err *err) MUST_CHECK;

/* Drops partitions wholly before `before_ms` that hold no unfinished row; *dropped: how many. */
int jobs_prune(struct db *db, struct arena *arena, int64_t before_ms, int *dropped,
               struct err *err) MUST_CHECK;

#endif

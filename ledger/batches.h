#ifndef LEDGER_BATCHES_H
#define LEDGER_BATCHES_H

/*
 * Jobs that another job waits for: a batch with a follow-up when all of it is done, a chain of one after the
 * other. The count is kept in PostgreSQL in the transactions of the members' effects: the follow-up is
 * accepted exactly once. A member that is dead, cancelled or expired keeps the follow-up from running; tried
 * again and done, it lets it run.
 */

#include "ledger/jobs.h"

/* In the current transaction, before the members are accepted: marks them and stores the follow-up. Ids must
 * be set. */
int batches_open(struct db *db, struct arena *arena, struct job *members, size_t count,
                 const struct job *follow, const struct id *user, int64_t now_ms, struct err *err) MUST_CHECK;

/* In the current transaction: jobs[1..) are stored to run each when the one before it is done. The caller
 * accepts jobs[0]. */
int batches_chain(struct db *db, struct arena *arena, struct job *jobs, size_t count, const struct id *user,
                  int64_t now_ms, struct err *err) MUST_CHECK;

/* In the transaction of their effects: those of the jobs that are done count down. Gives the envelopes of
 * follow-ups that were accepted by it, to be put after the commit. */
int batches_done(struct db *db, struct arena *arena, const struct job *jobs, size_t count, int64_t now_ms,
                 struct str **envelopes, size_t *envelope_count, struct err *err) MUST_CHECK;

/* Forgets what was opened before. */
int batches_prune(struct db *db, struct arena *arena, int64_t before_ms, struct err *err) MUST_CHECK;

#endif

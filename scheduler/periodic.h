#ifndef SCHEDULER_PERIODIC_H
#define SCHEDULER_PERIODIC_H

/*
 * Work that comes with time. Add a line to the table in periodic.c. Time is cut into slots of every_ms from
 * 1970 on; a slot runs once it has begun, and the mark of the last one is in PostgreSQL: a new leader goes on
 * from there.
 */

#include "scheduler/scheduler.h"

enum periodic_catch_up {
    PERIODIC_LATEST, /* slots that were missed (nobody led) count as one */
    PERIODIC_EACH,   /* each missed slot runs, the oldest first */
};

struct periodic_context {
    struct db *db; /* not in a transaction */
    struct queue *queue;
    struct arena *arena; /* of this run */
    int64_t now_ms;
};

struct periodic {
    const char *name;
    int64_t every_ms;
    enum periodic_catch_up catch_up;
    /* Runs outside of a transaction, at least once a slot: must bear repetition. An error is logged, the slot
     * comes again with the next tick. */
    int (*run)(struct periodic_context *context, int64_t slot_ms, struct err *err);
};

/* recurring.c: hands rules whose time has come to the workers. verify.c: recounts the sums of some people. */
int recurring_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err) MUST_CHECK;
int prior_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err) MUST_CHECK;
int verify_slice(struct periodic_context *context, int64_t slot_ms, struct err *err) MUST_CHECK;

/* budgets.c: hands people whose sums changed to the workers; once a day, everybody who has a budget. */
int budgets_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err) MUST_CHECK;
int budgets_all_due(struct periodic_context *context, int64_t slot_ms, struct err *err) MUST_CHECK;

/* statements.c: hands people whose last month is not closed to the workers. */
int statements_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err) MUST_CHECK;

/* Runs what is due. */
int periodic_tick(struct scheduler *scheduler, struct err *err) MUST_CHECK;

/* Accepts jobs (their rows are committed) and puts them; when the put fails the relay does it. A job whose
 * row exists already is left alone, so that a run that is repeated with the same ids does nothing twice.
 * users: as jobs_accept. */
int periodic_enqueue(struct periodic_context *context, const struct job *jobs, const struct id *const *users,
                     size_t count, struct err *err) MUST_CHECK;

/* An id that is the same whenever it is made of the same slot and name: for the job of a slot. */
struct id periodic_id(const char *name, int64_t slot_ms);

#endif

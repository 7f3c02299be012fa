#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

/*
 * Whether every accepted job is somewhere: accepted = done + queued + running + scheduled + retrying + dead +
 * cancelled + expired, PostgreSQL against Redis. Every unfinished row must have a home in Redis, and Redis
 * must not hold one that has ended. What differs is looked at again for a while: work goes on during an
 * audit.
 */

#include <stdbool.h>

#include "db/db.h"
#include "queue/queue.h"

enum { AUDIT_SUSPECTS_MAX = 100000 };

struct audit {
    int64_t accepted, by_state[JOB_EXPIRED + 1];
    struct id *suspects; /* rows whose home is not where it should be; in the arena */
    size_t suspect_count;
    bool is_balanced;
};

/* Blocks, for patience_ms at most once everything was looked at. db: not in a transaction. */
int audit_run(struct db *db, struct queue *queue, struct arena *arena, int64_t patience_ms,
              struct audit *audit, struct err *err) MUST_CHECK;

/* {"accepted", a count a state, "without_home", "balanced"}, in the arena. */
const char *audit_json(const struct audit *audit, struct arena *arena);

#endif

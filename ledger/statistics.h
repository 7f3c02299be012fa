#ifndef LEDGER_STATISTICS_H
#define LEDGER_STATISTICS_H

/*
 * The check of the monthly sums (sql/migrations/0060_statistics.sql). Triggers keep them, so that a
 * difference from a recount is a bug or a hand in the tables: it is told by its key, and repaired.
 */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "db/db.h"

/* A sum that is not what the rows add up to. Texts are in the arena. */
struct rollup_difference {
    struct id user, account, category; /* category nil: none */
    int32_t month;                     /* its first day */
    const char *currency;
    bool is_transfer, is_pending;
    const char *kept, *counted; /* "2 entries of 2 rows, 0 in, 350 out", in minor units; or "nothing" */
};

struct rollup_check {
    struct rollup_difference *differences;
    size_t count;
    struct id last_user; /* where the slice ended: what the next one starts behind */
    bool is_end;         /* no person behind it */
};

/* Compares one slice of people, in the order of their ids: at most `people` of them behind `after` (NULL:
 * from the first). Only reads. */
int statistics_check(struct db *db, struct arena *arena, const struct id *after, int64_t people,
                     struct rollup_check *check, struct err *err) MUST_CHECK;

/* Makes one person's sums what a recount gives, in a transaction of its own, while others write. *sums: how
 * many were changed or made. */
int statistics_repair(struct db *db, struct arena *arena, const struct id *user, int64_t *sums,
                      struct err *err) MUST_CHECK;

/* Where the scheduler's round of checks stands: behind whom it goes on; is_first: from the first person.
 * after NULL starts a new round. */
int statistics_walk_read(struct db *db, struct arena *arena, struct id *after, bool *is_first,
                         struct err *err) MUST_CHECK;
int statistics_walk_write(struct db *db, struct arena *arena, const struct id *after,
                          struct err *err) MUST_CHECK;

#endif

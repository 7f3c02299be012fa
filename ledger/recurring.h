#ifndef LEDGER_RECURRING_H
#define LEDGER_RECURRING_H

/*
 * Recurring entries: from rules whose time has come to transactions. An occurrence is one by (rule, nominal
 * date), the key of recurring_occurrence: entering twice, by two workers or after a crash, is entering once.
 */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "db/db.h"
#include "finance/zone.h"

/* How a run treats what it finds; from settings. */
struct recurring_policy {
    int64_t now_ms;
    int64_t grace_ms;   /* what was due longer ago is late (finance/occurrence.h) */
    int64_t late_max;   /* late occurrences of one rule that are entered, and missed ones that are noted */
    int64_t match_days; /* days that a row of the bank may be away from the entry that it is */
};

struct recurring_tally {
    int64_t rules, posted, matched, missed;
};

/* The policy of PURSER_… settings at this time. */
struct recurring_policy recurring_policy_now(int64_t now_ms);

/* Takes at most `most` rules that are to be looked at, in the current transaction; whoever asks meanwhile
 * gets others. They come again after PURSER_RECURRING_RETRY_MS unless recurring_post has worked on them. */
int recurring_claim(struct db *db, struct arena *arena, int64_t now_ms, int64_t most, struct id **rules,
                    size_t *count, struct err *err) MUST_CHECK;

/* In the current transaction: enters what is due of these rules, notes what is missed, and sets when each is
 * next due. Rules that are not active any more are left. */
int recurring_post(struct db *db, struct arena *arena, struct zones *zones,
                   const struct recurring_policy *policy, const struct id *rules, size_t count,
                   struct recurring_tally *tally, struct err *err) MUST_CHECK;

/* When a postponed date is due: as stored, but not before its day begins in the zone that its owner lives in
 * now. */
int64_t recurring_moved_due_ms(const struct zone *zone, int32_t posting, int64_t stored_ms);

/* The amount of an estimated rule, out of its last ones, "-1200 -1310 …"; `otherwise` when there is none. */
int64_t recurring_estimate(struct arena *arena, struct str last, int64_t otherwise);

#endif

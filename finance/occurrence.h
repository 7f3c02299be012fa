#ifndef FINANCE_OCCURRENCE_H
#define FINANCE_OCCURRENCE_H

/* What becomes of one date of a recurring entry. Pure: which states follow which, what is done about dates
 * that were due while nothing ran, and what amount is entered. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

enum occurrence_state {
    OCCURRENCE_SCHEDULED, /* will be entered when it is due */
    OCCURRENCE_POSTED,    /* entered as a transaction */
    OCCURRENCE_SKIPPED,   /* left out by its owner, or by the weekend rule */
    OCCURRENCE_POSTPONED, /* will be entered on another date */
    OCCURRENCE_MATCHED,   /* a row of the bank met it; that row is its transaction */
    OCCURRENCE_MISSED,    /* was due while nothing ran, and the rule does not enter late ones */
    OCCURRENCE_STATES
};

/* "scheduled", "posted", … Static storage. */
const char *occurrence_state_name(enum occurrence_state state);
int occurrence_state_parse(struct str name, enum occurrence_state *state) MUST_CHECK; /* -1: no such state */

/* May an occurrence go from one state to the other? A posted one may be met by a bank's row; what was skipped
 * or missed may be entered after all; a matched one stays. */
bool occurrence_may_become(enum occurrence_state from, enum occurrence_state to);

enum catch_up {
    CATCH_UP_ALL,    /* enter each at its own date */
    CATCH_UP_LATEST, /* enter only the newest, the others are missed */
    CATCH_UP_NONE,   /* late ones are missed */
    CATCH_UPS
};

/* "post_all", "post_latest", "mark_missed". */
int catch_up_parse(struct str name, enum catch_up *catch_up) MUST_CHECK; /* -1: no such policy */

/* Decides which of `count` occurrences of one rule, due at due_ms (ascending, all ≤ now_ms), are entered:
 * post[i] true, or missed. One is late when it was due more than grace_ms ago: what is not late is always
 * entered. At most `most` late ones are, the newest. */
void occurrence_catch_up(enum catch_up catch_up, int64_t now_ms, int64_t grace_ms, size_t most,
                         const int64_t *due_ms, size_t count, bool *post);

/* The amount to enter when a rule ends with a total: `amount`, or what is left of the total when that is
 * less, 0 when nothing is. total, entered and amount have one sign; total 0: none, the amount as it is. */
int64_t occurrence_amount_left(int64_t total, int64_t entered, int64_t amount);

/* The average of the last amounts, rounded half away from zero; count ≥ 1, amounts at most MONEY_MAX. */
int64_t occurrence_estimate(const int64_t *amounts, size_t count);

#endif

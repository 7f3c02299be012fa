#ifndef FINANCE_RECURRENCE_H
#define FINANCE_RECURRENCE_H

/*
 * Recurrence rules: RFC 5545 §3.3.10 (RRULE) over civil dates of the Gregorian calendar, with RFC 7529's
 * SKIP. Pure: a rule and a start give dates, always counted from the start, so that nothing drifts.
 *
 * SKIP says what becomes of a day its month lacks. A rule that names none gets BACKWARD: the 31st becomes the
 * month's last day and 29 February the 28th. (RFC 5545 alone would leave the month out: SKIP=OMIT.)
 *
 * The dates are found by asking of each day of a period whether the rule names it. libical 3.0.16's iterators
 * were the first choice and are the tests' oracle where they are right; they ignore BYSETPOS in weeks, read
 * negative BYMONTHDAY in a DAILY rule as never, keep a YEARLY BYMONTHDAY to the start's month, and count a
 * day twice for BYSETPOS that SKIP moved onto another (tests/unit/recurrence_test.c shows each).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/err.h"
#include "base/str.h"
#include "finance/date.h"

enum recurrence_freq { RECURRENCE_DAILY, RECURRENCE_WEEKLY, RECURRENCE_MONTHLY, RECURRENCE_YEARLY };
enum recurrence_skip { RECURRENCE_BACKWARD, RECURRENCE_FORWARD, RECURRENCE_OMIT };

enum {
    RECURRENCE_INTERVAL_MAX = 1000,
    RECURRENCE_COUNT_MAX = 100000,
    RECURRENCE_TEXT_SIZE = 16384,      /* room for any rule written out */
    RECURRENCE_LAST = 376199,          /* 2999-12-31: no rule gives a date behind it */
    RECURRENCE_SET_MAX = 366 + 2 + 24, /* most dates in one period: a year's days and those SKIP moved */
};

/* A set of whole numbers 1..n counted from the front, and of as many counted from the end (-1 is the last).
 */
struct recurrence_set {
    uint64_t front[6], back[6];
};

/* A rule as it was read. Filled by recurrence_parse; a plain value without pointers. */
struct recurrence {
    enum recurrence_freq freq;
    enum recurrence_skip skip;
    int interval;                      /* ≥ 1 */
    int64_t count;                     /* 0: no COUNT */
    int32_t until;                     /* the last date it may give; DATE_MAX: no UNTIL */
    int week_start;                    /* 0 Monday .. 6 Sunday */
    uint32_t months;                   /* bit 1..12; 0: no BYMONTH */
    uint32_t weekdays;                 /* bit 0..6: BYDAY without an ordinal */
    struct recurrence_set ordinals[7]; /* BYDAY with one, by weekday: 1..53 */
    struct recurrence_set monthdays, yeardays, weeks, positions;
    bool has_ordinals, has_monthdays, has_yeardays, has_weeks, has_positions;
};

/* Reads "FREQ=MONTHLY;BYMONTHDAY=-1" (with or without "RRULE:", any case, parts in any order). FREQ may be
 * DAILY, WEEKLY, MONTHLY or YEARLY. UNTIL is a date; of a date-time its date counts. ERR_REJECT with the
 * part's name and what is wrong with it. */
int recurrence_parse(struct str text, struct recurrence *rule, struct err *err) MUST_CHECK;

/* The rule in one canonical form, SKIP always named; parsing it gives the same rule. */
void recurrence_format(const struct recurrence *rule, char text[RECURRENCE_TEXT_SIZE]);

/* A walk over a rule's dates, ascending, each once. No memory of its own: nothing to free. */
struct recurrence_iterator {
    struct recurrence rule; /* with what RFC 5545 takes from the start filled in */
    int32_t start, from;
    int64_t period, given;
    int32_t last;
    int position, size;
    int32_t set[RECURRENCE_SET_MAX];
};

/* Starts a walk over the dates ≥ from of a rule that starts on `start`. The start itself is a date of the
 * rule only when the rule names it. Costs the same however far `from` is from the start, unless the rule has
 * COUNT: then the dates before are counted through. */
void recurrence_begin(struct recurrence_iterator *iterator, const struct recurrence *rule, int32_t start,
                      int32_t from);

/* The next date into *date; false when there is none up to UNTIL, COUNT or RECURRENCE_LAST. */
bool recurrence_next(struct recurrence_iterator *iterator, int32_t *date);

/* At most `most` dates of [from, to] into dates; returns how many. */
size_t recurrence_between(const struct recurrence *rule, int32_t start, int32_t from, int32_t to, size_t most,
                          int32_t *dates);

#endif

#ifndef FINANCE_DETECTION_H
#define FINANCE_DETECTION_H

/*
 * Does a series of payments of one payee recur? Pure. Each period that people pay by (one, two and four
 * weeks; one, two, three, six and twelve months) is laid over the dates; it fits as far as each date is near
 * a step of it and few steps are left out. A few days' jitter is a weekend or a slow bank, not another
 * period.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DETECTION_HITS_MIN = 3, DETECTION_HITS_MAX = 240, DETECTION_RULE_SIZE = 64 };

struct detection_hit {
    int32_t date;
    int64_t amount; /* all of one sign */
};

struct detection {
    char rule[DETECTION_RULE_SIZE]; /* "FREQ=MONTHLY;BYMONTHDAY=31" */
    size_t hits;
    int64_t amount_min, amount_max, amount; /* amount: the median */
    int32_t last, next;                     /* next: the step behind the last hit */
    double confidence;                      /* 0..1 */
};

/* hits: ascending by date, at most DETECTION_HITS_MAX; of more than one on a day the first counts. today: a
 * series whose next date passed more than half a period ago has ended. False when there are too few hits or
 * no period fits. */
bool detection_find(const struct detection_hit *hits, size_t count, int32_t today, struct detection *found);

#endif

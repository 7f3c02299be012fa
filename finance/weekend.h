#ifndef FINANCE_WEEKEND_H
#define FINANCE_WEEKEND_H

/*
 * On which date an entry is posted whose nominal date is a Saturday or a Sunday: the business day conventions
 * of ISDA 2006 §4.12 (following, preceding, modified following) by everyday names, without holidays. The
 * occurrence's identity stays its nominal date.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

enum weekend_rule {
    WEEKEND_NONE,               /* posted on the day itself */
    WEEKEND_SKIP,               /* not posted */
    WEEKEND_BEFORE,             /* the Friday before */
    WEEKEND_AFTER,              /* the Monday after */
    WEEKEND_NEAREST,            /* Saturday: Friday; Sunday: Monday */
    WEEKEND_MODIFIED_FOLLOWING, /* the Monday, but the Friday when the Monday is in another month */
    WEEKEND_MODIFIED_PRECEDING, /* the Friday, but the Monday when the Friday is in another month */
    WEEKEND_RULES
};

/* "none", "skip", "before", "after", "nearest", "modified_following", "modified_preceding". -1: no such rule.
 */
int weekend_parse(struct str name, enum weekend_rule *rule) MUST_CHECK;

/* The posting date of a nominal date; false when the rule leaves it out. */
bool weekend_posting_date(enum weekend_rule rule, int32_t nominal, int32_t *posting);

#endif

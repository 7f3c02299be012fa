#ifndef FINANCE_BUDGET_H
#define FINANCE_BUDGET_H

/* Budgets: what may be spent in a period, what is left of it, and what goes over into the next. Pure; amounts
 * in minor units of one currency, spent ≥ 0 for money out. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

enum budget_rollover {
    BUDGET_NONE,                /* each period starts anew */
    BUDGET_SURPLUS,             /* what is left goes over, an overdraft does not */
    BUDGET_SURPLUS_AND_DEFICIT, /* both do */
    BUDGET_CAP,                 /* what is left goes over, at most the cap */
    BUDGET_ROLLOVERS
};

/* "none", "surplus", "surplus_and_deficit", "cap". */
int budget_rollover_parse(struct str name, enum budget_rollover *rollover) MUST_CHECK; /* -1: no such kind */

enum budget_period { BUDGET_WEEK, BUDGET_MONTH, BUDGET_QUARTER, BUDGET_YEAR, BUDGET_PERIODS };

/* "week", "month", "quarter", "year". */
int budget_period_parse(struct str name, enum budget_period *period) MUST_CHECK; /* -1: no such period */

/* The first and the last day of the period that holds a date. Weeks start on Monday. */
void budget_period_bounds(enum budget_period period, int32_t date, int32_t *first, int32_t *last);

/* One period, as it was or is. */
struct budget_state {
    int64_t limit;   /* as set for it */
    int64_t carried; /* from the period before; < 0: a deficit */
    int64_t spent;
    int64_t left; /* limit + carried - spent */
};

/* Fills carried and left of consecutive periods, the first of which carries nothing; limit and spent are
 * given. */
void budget_roll(enum budget_rollover rollover, int64_t cap, struct budget_state *states, size_t count);

/* What will be spent by the period's end: what was spent, what recurring rules will still enter, and the rest
 * of what was spent (not by rules) at the same pace over the days to come. day: how many days of the period
 * have passed, 1..days. Before a quarter of the period has passed there is no pace: one early purchase would
 * foretell a disaster. */
int64_t budget_forecast(int64_t spent, int64_t spent_by_rules, int64_t scheduled, int day, int days);

enum budget_alert { BUDGET_ALERT_80 = 1, BUDGET_ALERT_100 = 2, BUDGET_ALERT_FORECAST = 4 };

/* Which alerts hold for what is spent, and will be, of what may be (limit + carried): a set of budget_alert.
 * The forecast is told only while less than all is spent. Nothing may be spent and something is: 80 and 100
 * hold. */
unsigned budget_alerts(int64_t available, int64_t spent, int64_t forecast);

#endif

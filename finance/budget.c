#include "finance/budget.h"

#include "finance/date.h"
#include "finance/money.h"

static const char *const rollover_names[BUDGET_ROLLOVERS] = {"none", "surplus", "surplus_and_deficit", "cap"};
static const char *const period_names[BUDGET_PERIODS] = {"week", "month", "quarter", "year"};

int budget_rollover_parse(struct str name, enum budget_rollover *rollover)
{
    int index = str_index(name, rollover_names, BUDGET_ROLLOVERS);
    if (index < 0)
        return -1;
    *rollover = (enum budget_rollover)index;
    return 0;
}

int budget_period_parse(struct str name, enum budget_period *period)
{
    int index = str_index(name, period_names, BUDGET_PERIODS);
    if (index < 0)
        return -1;
    *period = (enum budget_period)index;
    return 0;
}

void budget_period_bounds(enum budget_period period, int32_t date, int32_t *first, int32_t *last)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    if (period == BUDGET_WEEK) {
        *first = date - date_weekday(date);
        *last = *first + 6;
        return;
    }
    int months = period == BUDGET_MONTH ? 1 : period == BUDGET_QUARTER ? 3 : 12;
    int start = (month - 1) / months * months + 1, end = start + months - 1;
    *first = date_from_civil(year, start, 1);
    *last = date_from_civil(year, end, date_month_days(year, end));
}

static int64_t carried_on(enum budget_rollover rollover, int64_t cap, int64_t left)
{
    int64_t surplus = left > 0 ? left : 0;
    switch (rollover) {
    case BUDGET_SURPLUS:
        return surplus;
    case BUDGET_SURPLUS_AND_DEFICIT:
        return left;
    case BUDGET_CAP:
        return surplus < cap ? surplus : cap;
    default:
        return 0;
    }
}

void budget_roll(enum budget_rollover rollover, int64_t cap, struct budget_state *states, size_t count)
{
    int64_t carried = 0;
    for (size_t i = 0; i < count; i++) {
        states[i].carried = carried;
        states[i].left = money_clamp((__int128)states[i].limit + carried - states[i].spent);
        carried = carried_on(rollover, cap, states[i].left);
    }
}

int64_t budget_forecast(int64_t spent, int64_t spent_by_rules, int64_t scheduled, int day, int days)
{
    __int128 paced = 0, free = (__int128)spent - spent_by_rules;
    if (day * 4 >= days && free > 0)
        paced = free * (days - day) / day;
    return money_clamp(spent + scheduled + paced);
}

unsigned budget_alerts(int64_t available, int64_t spent, int64_t forecast)
{
    unsigned alerts = 0;
    if (spent > 0 && (available <= 0 || (__int128)spent * 100 >= (__int128)available * 80))
        alerts |= BUDGET_ALERT_80;
    if (spent > 0 && spent >= available)
        alerts |= BUDGET_ALERT_100;
    else if (forecast > available)
        alerts |= BUDGET_ALERT_FORECAST;
    return alerts;
}

#include "finance/weekend.h"

#include "finance/date.h"

static const char *const names[WEEKEND_RULES] = {
    "none", "skip", "before", "after", "nearest", "modified_following", "modified_preceding"};

int weekend_parse(struct str name, enum weekend_rule *rule)
{
    int index = str_index(name, names, WEEKEND_RULES);
    if (index < 0)
        return -1;
    *rule = (enum weekend_rule)index;
    return 0;
}

static int month_of(int32_t date)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    return month;
}

bool weekend_posting_date(enum weekend_rule rule, int32_t nominal, int32_t *posting)
{
    int weekday = date_weekday(nominal);
    *posting = nominal;
    if (weekday < 5 || rule == WEEKEND_NONE)
        return true;
    int32_t friday = nominal - (weekday - 4), monday = nominal + (7 - weekday);
    bool after = false;
    switch (rule) {
    case WEEKEND_SKIP:
        return false;
    case WEEKEND_AFTER:
        after = true;
        break;
    case WEEKEND_NEAREST:
        after = weekday == 6;
        break;
    case WEEKEND_MODIFIED_FOLLOWING:
        after = month_of(monday) == month_of(nominal);
        break;
    case WEEKEND_MODIFIED_PRECEDING:
        after = month_of(friday) != month_of(nominal);
        break;
    default:
        break;
    }
    *posting = after ? monday : friday;
    return true;
}

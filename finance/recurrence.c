/* From a rule to its dates: each period's days are asked one by one, what SKIP moves is added, BYSETPOS
 * chooses. */
#include "finance/recurrence.h"

#include <stdlib.h>
#include <string.h>

static bool has(const uint64_t words[6], int number)
{
    return (words[number / 64] >> (number % 64) & 1) != 0;
}

/* Is the number-th of `total` in the set, counted from either end? */
static bool set_holds(const struct recurrence_set *set, int number, int total)
{
    return has(set->front, number) || has(set->back, total - number + 1);
}

static int32_t floor_div(int64_t a, int64_t b)
{
    return (int32_t)(a / b - (a % b < 0));
}

static int year_days(int year)
{
    return 337 + date_month_days(year, 2);
}

/* A day with what the parts of a rule ask of it. */
struct day {
    int32_t date;
    int year, month, day, weekday;
};

static struct day day_of(int32_t date)
{
    struct day day = {.date = date, .weekday = date_weekday(date)};
    date_to_civil(date, &day.year, &day.month, &day.day);
    return day;
}

/* The first day of week 1 of a year: weeks start on `week_start`, the first has at least four days of the
 * year. */
static int32_t first_week(int year, int week_start)
{
    int32_t fourth = date_from_civil(year, 1, 4);
    return fourth - (date_weekday(fourth) - week_start + 7) % 7;
}

static bool weeks_hold(const struct recurrence *rule, const struct day *day)
{
    int year = day->year;
    if (day->date < first_week(year, rule->week_start))
        year--;
    else if (day->date >= first_week(year + 1, rule->week_start))
        year++;
    int32_t first = first_week(year, rule->week_start);
    int total = (first_week(year + 1, rule->week_start) - first) / 7;
    return set_holds(&rule->weeks, (day->date - first) / 7 + 1, total);
}

/* BYDAY: any such weekday, or the n-th of its month (MONTHLY, or YEARLY with BYMONTH) or of its year. */
static bool weekdays_hold(const struct recurrence *rule, const struct day *day)
{
    if ((rule->weekdays >> day->weekday & 1) != 0)
        return true;
    if (!rule->has_ordinals)
        return false;
    int number = day->day, total = date_month_days(day->year, day->month);
    if (rule->freq == RECURRENCE_YEARLY && rule->months == 0) {
        number = day->date - date_from_civil(day->year, 1, 1) + 1;
        total = year_days(day->year);
    }
    const struct recurrence_set *ordinals = &rule->ordinals[day->weekday];
    return has(ordinals->front, (number - 1) / 7 + 1) || has(ordinals->back, (total - number) / 7 + 1);
}

static bool names_weekday(const struct recurrence *rule)
{
    return rule->weekdays != 0 || rule->has_ordinals;
}

static bool rule_holds(const struct recurrence *rule, const struct day *day)
{
    if (rule->months != 0 && (rule->months >> day->month & 1) == 0)
        return false;
    if (rule->has_monthdays && !set_holds(&rule->monthdays, day->day, date_month_days(day->year, day->month)))
        return false;
    if (rule->has_yeardays &&
        !set_holds(&rule->yeardays, day->date - date_from_civil(day->year, 1, 1) + 1, year_days(day->year)))
        return false;
    if (rule->has_weeks && !weeks_hold(rule, day))
        return false;
    return !names_weekday(rule) || weekdays_hold(rule, day);
}

/* Adds a date that SKIP moved, unless BYDAY (which RFC 7529 §4.1 asks afterwards) does not hold there. */
static void add_moved(struct recurrence_iterator *iterator, int32_t date)
{
    struct day day = day_of(date);
    if (!names_weekday(&iterator->rule) || weekdays_hold(&iterator->rule, &day))
        iterator->set[iterator->size++] = date;
}

/* What SKIP makes of the days that a month or a year lacks: `first` is its first day, `days` how many it has.
 */
static void move_missing(struct recurrence_iterator *iterator, const struct recurrence_set *set,
                         int32_t first, int days, int most)
{
    bool behind = false, before = false;
    for (int number = days + 1; number <= most; number++) {
        behind = behind || has(set->front, number);
        before = before || has(set->back, number);
    }
    bool forward = iterator->rule.skip == RECURRENCE_FORWARD;
    if (behind)
        add_moved(iterator, forward ? first + days : first + days - 1);
    if (before)
        add_moved(iterator, forward ? first : first - 1);
}

static void add_skipped(struct recurrence_iterator *iterator, int year, int month, int month_last)
{
    const struct recurrence *rule = &iterator->rule;
    if (rule->skip == RECURRENCE_OMIT)
        return;
    if (rule->has_yeardays && rule->freq == RECURRENCE_YEARLY && !rule->has_monthdays && !rule->has_weeks &&
        rule->months == 0)
        move_missing(iterator, &rule->yeardays, date_from_civil(year, 1, 1), year_days(year), 366);
    if (!rule->has_monthdays || rule->has_yeardays || rule->has_weeks)
        return;
    for (; month <= month_last; month++)
        if (rule->months == 0 || (rule->months >> month & 1) != 0)
            move_missing(iterator, &rule->monthdays, date_from_civil(year, month, 1),
                         date_month_days(year, month), 31);
}

static int compare_dates(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

static void sort_unique(struct recurrence_iterator *iterator)
{
    qsort(iterator->set, (size_t)iterator->size, sizeof *iterator->set, compare_dates);
    int kept = 0;
    for (int i = 0; i < iterator->size; i++)
        if (kept == 0 || iterator->set[i] != iterator->set[kept - 1])
            iterator->set[kept++] = iterator->set[i];
    iterator->size = kept;
}

static void choose_positions(struct recurrence_iterator *iterator)
{
    int kept = 0;
    for (int i = 0; i < iterator->size; i++)
        if (set_holds(&iterator->rule.positions, i + 1, iterator->size))
            iterator->set[kept++] = iterator->set[i];
    iterator->size = kept;
}

/* The first and the last day of the period'th period; false when it lies outside of the calendar. */
static bool period_bounds(const struct recurrence_iterator *iterator, int32_t *first, int32_t *last)
{
    const struct recurrence *rule = &iterator->rule;
    struct day start = day_of(iterator->start);
    int64_t steps = iterator->period * rule->interval;
    int64_t months = (int64_t)start.year * 12 + start.month - 1 + steps;
    int64_t year = rule->freq == RECURRENCE_YEARLY ? start.year + steps : floor_div(months, 12);
    switch (rule->freq) {
    case RECURRENCE_DAILY:
        *first = *last = (int32_t)(iterator->start + steps);
        return iterator->start + steps <= RECURRENCE_LAST;
    case RECURRENCE_WEEKLY:
        *first = (int32_t)(iterator->start - (start.weekday - rule->week_start + 7) % 7 + 7 * steps);
        *last = *first + 6;
        return *first <= RECURRENCE_LAST;
    default:
        break;
    }
    if (year < 1 || year > 2999)
        return false;
    int month = rule->freq == RECURRENCE_YEARLY ? 1 : (int)(months - year * 12) + 1;
    int month_last = rule->freq == RECURRENCE_YEARLY ? 12 : month;
    *first = date_from_civil((int)year, month, 1);
    *last = date_from_civil((int)year, month_last, date_month_days((int)year, month_last));
    return true;
}

/* Fills the set of the current period. */
static bool expand(struct recurrence_iterator *iterator)
{
    const struct recurrence *rule = &iterator->rule;
    int32_t first, last;
    iterator->size = iterator->position = 0;
    if (!period_bounds(iterator, &first, &last))
        return false;
    struct day day = day_of(first);
    int year = day.year, month = day.month;
    for (; day.date <= last; day.date++) {
        if (rule_holds(rule, &day))
            iterator->set[iterator->size++] = day.date;
        day.weekday = day.weekday == 6 ? 0 : day.weekday + 1;
        if (++day.day <= 28 || day.day <= date_month_days(day.year, day.month))
            continue;
        day.day = 1;
        day.year += day.month == 12;
        day.month = day.month == 12 ? 1 : day.month + 1;
    }
    if (rule->freq >= RECURRENCE_MONTHLY) {
        int own = iterator->size;
        add_skipped(iterator, year, month, rule->freq == RECURRENCE_YEARLY ? 12 : month);
        if (iterator->size > own)
            sort_unique(iterator);
    }
    if (rule->has_positions)
        choose_positions(iterator);
    return true;
}

/* What the rule leaves open comes from its start (RFC 5545 §3.3.10: "Information … is derived from DTSTART").
 */
static void fill_in(struct recurrence *rule, const struct day *start)
{
    bool named = names_weekday(rule) || rule->has_monthdays || rule->has_yeardays;
    if (rule->freq == RECURRENCE_DAILY || named)
        return;
    if (rule->freq == RECURRENCE_WEEKLY || rule->has_weeks) {
        rule->weekdays = UINT32_C(1) << start->weekday;
        return;
    }
    rule->has_monthdays = true;
    rule->monthdays.front[0] = UINT64_C(1) << start->day;
    if (rule->freq == RECURRENCE_YEARLY && rule->months == 0)
        rule->months = UINT32_C(1) << start->month;
}

/* The number of the period that holds a date ≥ start. */
static int64_t period_of(const struct recurrence *rule, int32_t start, int32_t date)
{
    struct day a = day_of(start), b = day_of(date);
    int32_t week = start - (a.weekday - rule->week_start + 7) % 7;
    switch (rule->freq) {
    case RECURRENCE_DAILY:
        return (date - start) / rule->interval;
    case RECURRENCE_WEEKLY:
        return (date - week) / 7 / rule->interval;
    case RECURRENCE_MONTHLY:
        return ((b.year - a.year) * 12 + b.month - a.month) / rule->interval;
    default:
        return (b.year - a.year) / rule->interval;
    }
}

void recurrence_begin(struct recurrence_iterator *iterator, const struct recurrence *rule, int32_t start,
                      int32_t from)
{
    struct day first = day_of(start);
    iterator->rule = *rule;
    iterator->start = start;
    iterator->from = from < start ? start : from;
    iterator->last = start - 1;
    iterator->given = 0;
    iterator->period = 0;
    iterator->position = iterator->size = 0;
    fill_in(&iterator->rule, &first);
    if (rule->count == 0 && from > start && from <= RECURRENCE_LAST) {
        /* One period early: SKIP=FORWARD moves a date of the one before into ours. */
        int64_t period = period_of(&iterator->rule, start, from);
        iterator->period = period > 0 ? period - 1 : 0;
        iterator->last = iterator->from - 1;
    }
    if (!expand(iterator))
        iterator->size = 0;
}

bool recurrence_next(struct recurrence_iterator *iterator, int32_t *date)
{
    const struct recurrence *rule = &iterator->rule;
    int32_t end = rule->until < RECURRENCE_LAST ? rule->until : RECURRENCE_LAST;
    if (iterator->from > end)
        return false;
    for (;;) {
        while (iterator->position < iterator->size) {
            int32_t found = iterator->set[iterator->position++];
            if (found > end || (rule->count > 0 && iterator->given >= rule->count)) {
                iterator->from = DATE_MAX;
                return false;
            }
            if (found <= iterator->last) /* before the start, or one that SKIP moved onto the last */
                continue;
            iterator->last = found;
            iterator->given++;
            if (found >= iterator->from) {
                *date = found;
                return true;
            }
        }
        int32_t first, last;
        iterator->period++;
        if (!period_bounds(iterator, &first, &last) || first - 1 > end || !expand(iterator)) {
            iterator->from = DATE_MAX;
            return false;
        }
    }
}

size_t recurrence_between(const struct recurrence *rule, int32_t start, int32_t from, int32_t to, size_t most,
                          int32_t *dates)
{
    struct recurrence_iterator iterator;
    size_t count = 0;
    int32_t date;
    recurrence_begin(&iterator, rule, start, from);
    while (count < most && recurrence_next(&iterator, &date) && date <= to)
        dates[count++] = date;
    return count;
}

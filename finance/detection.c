#include "finance/detection.h"

#include <stdio.h>
#include <stdlib.h>

#include "finance/date.h"

struct candidate {
    int days, months; /* one of them is 0 */
    int tolerance;    /* days a hit may be off */
};

/* Shorter first: of two that fit alike the shorter is meant. */
static const struct candidate candidates[] = {{7, 0, 1}, {14, 0, 2}, {28, 0, 2}, {0, 1, 4},
                                              {0, 2, 4}, {0, 3, 5},  {0, 6, 6},  {0, 12, 7}};

enum { CANDIDATES = sizeof candidates / sizeof *candidates };

#define FIT_MIN 0.55

struct fit {
    double quality; /* hits that follow each other a step apart, of all steps; less the jitter */
    int day;        /* months: the day of the month, 31 for the last; days: the weekday */
    int32_t next;
};

static int compare_ints(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

static int compare_amounts(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The day `day` of a month counted from year 0, or its last when it has fewer. */
static int32_t day_in_month(int month_index, int day)
{
    int year = month_index / 12, month = month_index % 12 + 1, days = date_month_days(year, month);
    return date_from_civil(year, month, day < days ? day : days);
}

static int month_index(int32_t date)
{
    int year, month, day;
    date_to_civil(date, &year, &month, &day);
    return year * 12 + month - 1;
}

static bool is_month_end(int32_t date)
{
    return month_index(date) != month_index(date + 1);
}

/* The day of the month that the hits mean: the median, the last when all are last days of months of several
 * lengths. */
static int meant_day(const struct detection_hit *hits, size_t count)
{
    int days[DETECTION_HITS_MAX] = {0};
    bool ends = true;
    for (size_t i = 0; i < count; i++) {
        int year, month;
        date_to_civil(hits[i].date, &year, &month, &days[i]);
        ends = ends && is_month_end(hits[i].date);
    }
    qsort(days, count, sizeof *days, compare_ints);
    return ends && days[0] != days[count - 1] ? 31 : days[count / 2];
}

/* The step of a monthly period that a hit is nearest to, as a month index. */
static int nearest_month(int32_t date, int day)
{
    int index = month_index(date), best = index;
    for (int i = index - 1; i <= index + 1; i++)
        if (abs(day_in_month(i, day) - date) < abs(day_in_month(best, day) - date))
            best = i;
    return best;
}

/* How many steps lie between two hits, and how far the second is off. 0: no step, or nearer to none. */
static int steps_between(const struct candidate *candidate, int day, int32_t a, int32_t b, int *off)
{
    if (candidate->months > 0) {
        int target = nearest_month(b, day), months = target - nearest_month(a, day);
        *off = abs(day_in_month(target, day) - b);
        return months % candidate->months == 0 ? months / candidate->months : 0;
    }
    int steps = (b - a + candidate->days / 2) / candidate->days;
    *off = abs(b - a - steps * candidate->days);
    return steps;
}

static bool fit_candidate(const struct candidate *candidate, const struct detection_hit *hits, size_t count,
                          struct fit *fit)
{
    size_t single = 0, steps_total = 0;
    int jitter = 0;
    fit->day = candidate->months > 0 ? meant_day(hits, count) : date_weekday(hits[count - 1].date);
    for (size_t i = 1; i < count; i++) {
        int off, steps = steps_between(candidate, fit->day, hits[i - 1].date, hits[i].date, &off);
        bool fits = steps > 0 && off <= candidate->tolerance;
        single += fits && steps == 1;
        steps_total += fits ? (size_t)steps : 2;
        jitter += fits ? off : candidate->tolerance;
    }
    double gaps = (double)(count - 1);
    fit->quality = (double)single / (double)steps_total - 0.2 * jitter / (gaps * candidate->tolerance);
    if (candidate->months > 0)
        fit->next = day_in_month(nearest_month(hits[count - 1].date, fit->day) + candidate->months, fit->day);
    else
        fit->next = hits[count - 1].date + candidate->days;
    return fit->quality >= FIT_MIN;
}

static void write_rule(const struct candidate *candidate, const struct fit *fit,
                       char rule[DETECTION_RULE_SIZE])
{
    static const char *const weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    char interval[24] = "";
    int every = candidate->months == 12 ? 1 : candidate->months > 0 ? candidate->months : candidate->days / 7;
    if (every > 1)
        snprintf(interval, sizeof interval, ";INTERVAL=%d", every);
    if (candidate->months == 0)
        snprintf(rule, DETECTION_RULE_SIZE, "FREQ=WEEKLY%s;BYDAY=%s", interval, weekdays[fit->day]);
    else if (candidate->months == 12)
        snprintf(rule, DETECTION_RULE_SIZE, "FREQ=YEARLY;BYMONTH=%d;BYMONTHDAY=%d",
                 month_index(fit->next) % 12 + 1, fit->day);
    else
        snprintf(rule, DETECTION_RULE_SIZE, "FREQ=MONTHLY%s;BYMONTHDAY=%d", interval, fit->day);
}

/* Fills the amounts; gives how alike they are, 0..1: 1 less the median's distance of the amounts from the
 * median. */
static double measure_amounts(const struct detection_hit *hits, size_t count, struct detection *found)
{
    int64_t sizes[DETECTION_HITS_MAX] = {0}, away[DETECTION_HITS_MAX] = {0};
    int64_t sign = hits[0].amount < 0 ? -1 : 1;
    for (size_t i = 0; i < count; i++)
        sizes[i] = hits[i].amount * sign;
    qsort(sizes, count, sizeof *sizes, compare_amounts);
    int64_t median = sizes[count / 2];
    for (size_t i = 0; i < count; i++)
        away[i] = sizes[i] > median ? sizes[i] - median : median - sizes[i];
    qsort(away, count, sizeof *away, compare_amounts);
    found->amount_min = sign > 0 ? sizes[0] : -sizes[count - 1];
    found->amount_max = sign > 0 ? sizes[count - 1] : -sizes[0];
    found->amount = median * sign;
    double spread = median > 0 ? (double)away[count / 2] / (double)median : 1;
    return spread < 1 ? 1 - spread : 0;
}

bool detection_find(const struct detection_hit *hits, size_t count, int32_t today, struct detection *found)
{
    struct detection_hit days[DETECTION_HITS_MAX];
    size_t used = 0;
    for (size_t i = 0; i < count && used < DETECTION_HITS_MAX; i++)
        if (used == 0 || hits[i].date != days[used - 1].date)
            days[used++] = hits[i];
    if (used < DETECTION_HITS_MIN)
        return false;
    const struct candidate *best = NULL;
    struct fit best_fit = {.quality = 0}, fit;
    for (int i = 0; i < CANDIDATES; i++) {
        if (!fit_candidate(&candidates[i], days, used, &fit) || fit.quality <= best_fit.quality)
            continue;
        best = &candidates[i];
        best_fit = fit;
    }
    int period_days = best == NULL ? 0 : best->days + best->months * 30;
    if (best == NULL || today > best_fit.next + period_days / 2 + best->tolerance)
        return false;
    *found = (struct detection){.hits = used, .last = days[used - 1].date, .next = best_fit.next};
    write_rule(best, &best_fit, found->rule);
    double alike = measure_amounts(days, used, found);
    double many = 1 - 1 / (double)(used + 1);
    found->confidence = best_fit.quality * many * (0.6 + 0.4 * alike);
    return true;
}

/* The POSIX TZ string that ends a TZif file (POSIX.1 §8.3 with RFC 9636 §3.3.2: hours from -167 to 167). */
#include "finance/date.h"
#include "finance/zone.h"

struct reader {
    const char *at, *end;
};

static bool take(struct reader *in, char c)
{
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

static bool is_digit(const struct reader *in)
{
    return in->at < in->end && *in->at >= '0' && *in->at <= '9';
}

static int read_int(struct reader *in, int max, int *number)
{
    if (!is_digit(in))
        return -1;
    for (*number = 0; is_digit(in) && *number <= max;)
        *number = *number * 10 + (*in->at++ - '0');
    return *number <= max ? 0 : -1;
}

/* "CEST" or "<+03>" */
static int skip_name(struct reader *in)
{
    const char *start = in->at;
    if (take(in, '<')) {
        while (in->at < in->end && *in->at != '>')
            in->at++;
        return take(in, '>') ? 0 : -1;
    }
    while (in->at < in->end && ((*in->at >= 'A' && *in->at <= 'Z') || (*in->at >= 'a' && *in->at <= 'z')))
        in->at++;
    return in->at - start >= 3 ? 0 : -1;
}

/* [+-]hh[:mm[:ss]] */
static int read_time(struct reader *in, int32_t *seconds)
{
    int hours, minutes = 0, rest = 0;
    bool negative = take(in, '-');
    if (!negative)
        (void)take(in, '+');
    if (read_int(in, 167, &hours) != 0)
        return -1;
    if (take(in, ':') && read_int(in, 59, &minutes) != 0)
        return -1;
    if (take(in, ':') && read_int(in, 59, &rest) != 0)
        return -1;
    *seconds = (hours * 3600 + minutes * 60 + rest) * (negative ? -1 : 1);
    return 0;
}

static int read_day(struct reader *in, struct zone_rule_day *day)
{
    *day = (struct zone_rule_day){.kind = '0', .time_s = 7200};
    if (!take(in, ','))
        return -1;
    if (take(in, 'M')) {
        day->kind = 'M';
        if (read_int(in, 12, &day->month) != 0 || day->month < 1 || !take(in, '.') ||
            read_int(in, 5, &day->week) != 0 || day->week < 1 || !take(in, '.') ||
            read_int(in, 6, &day->weekday) != 0)
            return -1;
    } else {
        day->kind = take(in, 'J') ? 'J' : '0';
        if (read_int(in, 365, &day->day) != 0)
            return -1;
    }
    return take(in, '/') ? read_time(in, &day->time_s) : 0;
}

int zone_rule_parse(struct str text, struct zone_rule *rule)
{
    struct reader in = {text.data, text.data + text.size};
    *rule = (struct zone_rule){0};
    if (skip_name(&in) != 0 || read_time(&in, &rule->standard_s) != 0)
        return -1;
    rule->standard_s = -rule->standard_s; /* POSIX counts west of Greenwich */
    if (in.at == in.end)
        return 0;
    if (skip_name(&in) != 0)
        return -1;
    rule->has_summer = true;
    rule->summer_s = rule->standard_s + 3600;
    if (in.at < in.end && *in.at != ',') {
        if (read_time(&in, &rule->summer_s) != 0)
            return -1;
        rule->summer_s = -rule->summer_s;
    }
    return read_day(&in, &rule->start) == 0 && read_day(&in, &rule->end) == 0 && in.at == in.end ? 0 : -1;
}

static int32_t day_in(const struct zone_rule_day *day, int year)
{
    int32_t first = date_from_civil(year, 1, 1);
    bool leap = date_month_days(year, 2) == 29;
    if (day->kind == 'J') /* 29 February is never counted */
        return first + day->day - 1 + (leap && day->day >= 60);
    if (day->kind == '0')
        return first + day->day;
    int32_t month = date_from_civil(year, day->month, 1);
    int weekday = (day->weekday + 6) % 7; /* POSIX counts from Sunday, date_weekday from Monday */
    int32_t found = month + (weekday - date_weekday(month) + 7) % 7 + 7 * (day->week - 1);
    return found >= month + date_month_days(year, day->month) ? found - 7 : found;
}

size_t zone_rule_changes(const struct zone_rule *rule, int year, struct zone_change changes[2])
{
    if (!rule->has_summer)
        return 0;
    struct zone_change summer = {
        (int64_t)day_in(&rule->start, year) * 86400 + rule->start.time_s - rule->standard_s, rule->summer_s};
    struct zone_change standard = {
        (int64_t)day_in(&rule->end, year) * 86400 + rule->end.time_s - rule->summer_s, rule->standard_s};
    bool north = summer.at_s <= standard.at_s;
    changes[0] = north ? summer : standard;
    changes[1] = north ? standard : summer;
    return 2;
}

/* RRULE text to struct recurrence and back (RFC 5545 §3.3.10, RFC 7529 §4). */
#include <stdio.h>

#include "finance/recurrence.h"

static const char *const freq_names[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
static const char *const skip_names[] = {"BACKWARD", "FORWARD", "OMIT"};
static const char *const day_names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

enum part {
    FREQ,
    INTERVAL,
    COUNT,
    UNTIL,
    WKST,
    BYMONTH,
    BYDAY,
    BYMONTHDAY,
    BYYEARDAY,
    BYWEEKNO,
    BYSETPOS,
    RSCALE,
    SKIP,
    PARTS
};
static const char *const part_names[PARTS] = {"FREQ",     "INTERVAL", "COUNT",      "UNTIL",     "WKST",
                                              "BYMONTH",  "BYDAY",    "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO",
                                              "BYSETPOS", "RSCALE",   "SKIP"};

/* The place of `text` in a table of names, any case; -1 when it is not there. */
static int name_index(struct str text, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (str_equal_nocase(text, str_of(names[i])))
            return i;
    return -1;
}

static int reject(struct err *err, const char *part, struct str value, const char *detail)
{
    return err_set(err, ERR_REJECT, "%s=%.*s: %s", part, (int)(value.size > 40 ? 40 : value.size), value.data,
                   detail);
}

static bool set_empty(const struct recurrence_set *set)
{
    uint64_t any = 0;
    for (int i = 0; i < 6; i++)
        any |= set->front[i] | set->back[i];
    return any == 0;
}

static void set_add(struct recurrence_set *set, int number)
{
    uint64_t *words = number > 0 ? set->front : set->back;
    int bit = number > 0 ? number : -number;
    words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static int read_number(struct str text, int64_t *number)
{
    if (text.size > 1 && text.data[0] == '+' && text.data[1] >= '0' && text.data[1] <= '9')
        text = (struct str){text.data + 1, text.size - 1};
    return text.size > 9 ? -1 : str_to_int(text, number);
}

/* Was `item` the last of the list, with a comma behind it? */
static bool ends_with_comma(struct str list, struct str item, struct str rest)
{
    return rest.size == 0 && item.data + item.size < list.data + list.size;
}

/* A list of numbers ±1..max into a set; without `negative` only 1..max. */
static int read_numbers(const char *part, struct str list, int max, bool negative, struct recurrence_set *set,
                        struct err *err)
{
    for (struct str rest = list; rest.size > 0;) {
        int64_t number;
        struct str item = str_split(rest, ',', &rest);
        if (read_number(item, &number) != 0 || number == 0 || number > max || number < (negative ? -max : 1))
            return err_set(err, ERR_REJECT, "%s: \"%.*s\" is no number from %s1 to %d", part,
                           (int)(item.size > 20 ? 20 : item.size), item.data, negative ? "±" : "", max);
        set_add(set, (int)number);
        if (ends_with_comma(list, item, rest))
            return reject(err, part, list, "ends with a comma");
    }
    return 0;
}

static int read_days(struct str list, struct recurrence *rule, struct err *err)
{
    for (struct str rest = list; rest.size > 0;) {
        int64_t ordinal = 0;
        struct str item = str_split(rest, ',', &rest);
        struct str number = {item.data, item.size < 2 ? 0 : item.size - 2};
        int day = item.size < 2 ? -1 : name_index((struct str){item.data + item.size - 2, 2}, day_names, 7);
        bool counted = number.size > 0;
        if (day < 0 || (counted && (read_number(number, &ordinal) != 0 || ordinal == 0 || ordinal > 53 ||
                                    ordinal < -53)))
            return err_set(err, ERR_REJECT,
                           "BYDAY: \"%.*s\" is no weekday (MO to SU) with or without a number from ±1 to 53",
                           (int)(item.size > 20 ? 20 : item.size), item.data);
        if (counted)
            set_add(&rule->ordinals[day], (int)ordinal);
        else
            rule->weekdays |= UINT32_C(1) << day;
        rule->has_ordinals = rule->has_ordinals || counted;
        if (ends_with_comma(list, item, rest))
            return reject(err, "BYDAY", list, "ends with a comma");
    }
    return 0;
}

/* YYYYMMDD, also with a time behind it. */
static int read_until(struct str value, struct recurrence *rule, struct err *err)
{
    int64_t number = 0;
    bool time = value.size == 15 || value.size == 16;
    for (size_t i = 9; time && i < 15; i++)
        time = value.data[i] >= '0' && value.data[i] <= '9';
    time = time && (value.data[8] == 'T' || value.data[8] == 't') &&
           (value.size == 15 || value.data[15] == 'Z' || value.data[15] == 'z');
    struct str digits = {value.data, 8};
    bool fits = value.size >= 8 && value.data[0] != '-' && str_to_int(digits, &number) == 0;
    int year = (int)(number / 10000), month = (int)(number / 100 % 100), day = (int)(number % 100);
    if ((value.size != 8 && !time) || !fits || !date_is_valid(year, month, day))
        return reject(err, "UNTIL", value, "is no date (YYYYMMDD)");
    rule->until = date_from_civil(year, month, day);
    return 0;
}

static int read_int(const char *part, struct str value, int64_t max, int64_t *number, struct err *err)
{
    if (read_number(value, number) != 0 || *number < 1 || *number > max)
        return err_set(err, ERR_REJECT, "%s=%.*s: must be from 1 to %lld", part,
                       (int)(value.size > 20 ? 20 : value.size), value.data, (long long)max);
    return 0;
}

static int read_freq(struct str value, struct recurrence *rule, struct err *err)
{
    static const char *const shorter[] = {"HOURLY", "MINUTELY", "SECONDLY"};
    int freq = name_index(value, freq_names, 4);
    if (freq < 0 && name_index(value, shorter, 3) >= 0)
        return reject(err, "FREQ", value, "is shorter than a day; entries fall on dates");
    if (freq < 0)
        return reject(err, "FREQ", value, "must be DAILY, WEEKLY, MONTHLY or YEARLY");
    rule->freq = (enum recurrence_freq)freq;
    return 0;
}

static int read_skip(struct str value, struct recurrence *rule, struct err *err)
{
    int skip = name_index(value, skip_names, 3);
    if (skip < 0)
        return reject(err, "SKIP", value, "must be BACKWARD, FORWARD or OMIT");
    rule->skip = (enum recurrence_skip)skip;
    return 0;
}

static int read_part(enum part part, struct str value, struct recurrence *rule, struct err *err)
{
    struct recurrence_set months = {0};
    int64_t number = 1;
    const char *name = part_names[part];
    int result = 0;
    switch (part) {
    case FREQ:
        return read_freq(value, rule, err);
    case INTERVAL:
        result = read_int(name, value, RECURRENCE_INTERVAL_MAX, &number, err);
        rule->interval = (int)number;
        return result;
    case COUNT:
        return read_int(name, value, RECURRENCE_COUNT_MAX, &rule->count, err);
    case UNTIL:
        return read_until(value, rule, err);
    case WKST:
        rule->week_start = name_index(value, day_names, 7);
        return rule->week_start < 0 ? reject(err, name, value, "is no weekday (MO to SU)") : 0;
    case BYMONTH:
        result = read_numbers(name, value, 12, false, &months, err);
        rule->months = (uint32_t)months.front[0];
        return result;
    case BYDAY:
        return read_days(value, rule, err);
    case BYMONTHDAY:
        return read_numbers(name, value, 31, true, &rule->monthdays, err);
    case BYYEARDAY:
        return read_numbers(name, value, 366, true, &rule->yeardays, err);
    case BYWEEKNO:
        return read_numbers(name, value, 53, true, &rule->weeks, err);
    case BYSETPOS:
        return read_numbers(name, value, 366, true, &rule->positions, err);
    case RSCALE:
        return str_equal_nocase(value, STR("GREGORIAN")) ? 0
                                                         : reject(err, name, value, "only GREGORIAN is kept");
    case SKIP:
        return read_skip(value, rule, err);
    default:
        return err_set(err, ERR_BUG, "%s has no reader", name);
    }
}

/* What RFC 5545 §3.3.10 forbids between parts that are right each for itself. */
static int check_parts(const struct recurrence *rule, const bool seen[PARTS], struct err *err)
{
    const char *freq = freq_names[rule->freq];
    if (!seen[FREQ])
        return err_set(err, ERR_REJECT, "FREQ is missing");
    if (seen[COUNT] && seen[UNTIL])
        return err_set(err, ERR_REJECT, "COUNT and UNTIL exclude each other");
    if (rule->has_ordinals && rule->freq < RECURRENCE_MONTHLY)
        return err_set(err, ERR_REJECT,
                       "BYDAY: a number before the weekday needs FREQ=MONTHLY or YEARLY, not %s", freq);
    if (rule->has_ordinals && rule->has_weeks)
        return err_set(err, ERR_REJECT, "BYDAY: a number before the weekday can't go with BYWEEKNO");
    if (rule->has_monthdays && rule->freq == RECURRENCE_WEEKLY)
        return err_set(err, ERR_REJECT, "BYMONTHDAY can't go with FREQ=WEEKLY");
    if (rule->has_yeardays && rule->freq != RECURRENCE_YEARLY)
        return err_set(err, ERR_REJECT, "BYYEARDAY can't go with FREQ=%s", freq);
    if (rule->has_weeks && rule->freq != RECURRENCE_YEARLY)
        return err_set(err, ERR_REJECT, "BYWEEKNO can't go with FREQ=%s", freq);
    bool other = seen[BYMONTH] || seen[BYDAY] || seen[BYMONTHDAY] || seen[BYYEARDAY] || seen[BYWEEKNO];
    if (rule->has_positions && !other)
        return err_set(err, ERR_REJECT, "BYSETPOS needs another BY part to choose from");
    return 0;
}

int recurrence_parse(struct str text, struct recurrence *rule, struct err *err)
{
    static const char *const of_times[] = {"BYHOUR", "BYMINUTE", "BYSECOND"};
    bool seen[PARTS] = {false};
    *rule = (struct recurrence){.interval = 1, .until = DATE_MAX};
    if (text.size >= RECURRENCE_TEXT_SIZE)
        return err_set(err, ERR_REJECT, "the rule has %zu bytes; at most %d are taken", text.size,
                       RECURRENCE_TEXT_SIZE - 1);
    text = str_trim(text);
    if (str_starts_nocase(text, "RRULE:"))
        text = (struct str){text.data + 6, text.size - 6};
    for (struct str rest = text; rest.size > 0;) {
        struct str value, item = str_split(rest, ';', &rest);
        struct str name = str_split(item, '=', &value);
        int part = name_index(name, part_names, PARTS);
        if (name_index(name, of_times, 3) >= 0)
            return err_set(err, ERR_REJECT, "%.*s: entries fall on dates, not on times", (int)name.size,
                           name.data);
        if (part < 0)
            return err_set(err, ERR_REJECT, "\"%.*s\" is no part of a recurrence rule",
                           (int)(item.size > 40 ? 40 : item.size), item.data);
        if (seen[part])
            return err_set(err, ERR_REJECT, "%s is given twice", part_names[part]);
        if (value.size == 0)
            return err_set(err, ERR_REJECT, "%s has no value", part_names[part]);
        seen[part] = true;
        if (read_part((enum part)part, value, rule, err) != 0)
            return -1;
    }
    rule->has_monthdays = !set_empty(&rule->monthdays);
    rule->has_yeardays = !set_empty(&rule->yeardays);
    rule->has_weeks = !set_empty(&rule->weeks);
    rule->has_positions = !set_empty(&rule->positions);
    return check_parts(rule, seen, err);
}

struct writer {
    char *text;
    size_t used;
};

static void write_text(struct writer *out, const char *text)
{
    int written = snprintf(out->text + out->used, RECURRENCE_TEXT_SIZE - out->used, "%s", text);
    if (written > 0 && out->used + (size_t)written < RECURRENCE_TEXT_SIZE)
        out->used += (size_t)written;
}

/* The numbers of a set, each with `suffix`, comma-separated; `separator` before the first. */
static void write_set(struct writer *out, const struct recurrence_set *set, const char *separator,
                      const char *suffix)
{
    for (int sign = 1; sign >= -1; sign -= 2) {
        const uint64_t *words = sign > 0 ? set->front : set->back;
        for (int number = 1; number <= 366; number++) {
            char item[32];
            if ((words[number / 64] >> (number % 64) & 1) == 0)
                continue;
            snprintf(item, sizeof item, "%s%d%s", separator, sign * number, suffix);
            write_text(out, item);
            separator = ",";
        }
    }
}

static void write_days(struct writer *out, const struct recurrence *rule)
{
    const char *separator = ";BYDAY=";
    for (int day = 0; day < 7; day++) {
        size_t before = out->used;
        if ((rule->weekdays >> day & 1) != 0) {
            write_text(out, separator);
            write_text(out, day_names[day]);
            separator = ",";
        }
        write_set(out, &rule->ordinals[day], separator, day_names[day]);
        if (out->used > before)
            separator = ",";
    }
}

void recurrence_format(const struct recurrence *rule, char text[RECURRENCE_TEXT_SIZE])
{
    struct writer out = {text, 0};
    char item[64];
    snprintf(item, sizeof item, "FREQ=%s", freq_names[rule->freq]);
    write_text(&out, item);
    if (rule->interval > 1) {
        snprintf(item, sizeof item, ";INTERVAL=%d", rule->interval);
        write_text(&out, item);
    }
    struct recurrence_set months = {.front = {rule->months}};
    write_set(&out, &months, ";BYMONTH=", "");
    write_set(&out, &rule->weeks, ";BYWEEKNO=", "");
    write_set(&out, &rule->yeardays, ";BYYEARDAY=", "");
    write_set(&out, &rule->monthdays, ";BYMONTHDAY=", "");
    write_days(&out, rule);
    write_set(&out, &rule->positions, ";BYSETPOS=", "");
    if (rule->week_start != 0) {
        snprintf(item, sizeof item, ";WKST=%s", day_names[rule->week_start]);
        write_text(&out, item);
    }
    if (rule->count > 0) {
        snprintf(item, sizeof item, ";COUNT=%lld", (long long)rule->count);
        write_text(&out, item);
    }
    if (rule->until != DATE_MAX) {
        int year, month, day;
        date_to_civil(rule->until, &year, &month, &day);
        snprintf(item, sizeof item, ";UNTIL=%04d%02d%02d", year, month, day);
        write_text(&out, item);
    }
    snprintf(item, sizeof item, ";RSCALE=GREGORIAN;SKIP=%s", skip_names[rule->skip]);
    write_text(&out, item);
}

#include <check.h>
#include <jansson.h>
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finance/recurrence.h"

/* Vectors that others computed; absent where only the repository was copied. */
#define VECTORS "../shared/fixtures/recurrence.json"

static int32_t date_of(const char *text)
{
    int32_t date;
    ck_assert_msg(date_parse(str_of(text), &date) == 0, "%s", text);
    return date;
}

static struct recurrence rule_of(const char *text)
{
    struct recurrence rule;
    struct err err = {0};
    ck_assert_msg(recurrence_parse(str_of(text), &rule, &err) == 0, "%s: %s", text, err.text);
    return rule;
}

/* The first `most` dates from `from` on as "2025-01-31 2025-02-28". */
static const char *dates_from(const char *text, const char *start, const char *from, size_t most)
{
    static char out[4000];
    int32_t dates[300];
    struct recurrence rule = rule_of(text);
    ck_assert_uint_le(most, 300);
    size_t count = recurrence_between(&rule, date_of(start), date_of(from), DATE_MAX, most, dates);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char one[DATE_TEXT_SIZE];
        date_format(dates[i], one);
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i == 0 ? "" : " ", one);
    }
    return out;
}

struct vector {
    const char *rule, *start, *dates;
};

static void check_vectors(const struct vector *vectors, size_t count, size_t most)
{
    for (size_t i = 0; i < count; i++) {
        const char *found = dates_from(vectors[i].rule, vectors[i].start, vectors[i].start, most);
        ck_assert_msg(strcmp(found, vectors[i].dates) == 0, "%s from %s gives %s, not %s", vectors[i].rule,
                      vectors[i].start, found, vectors[i].dates);
    }
}
#define CHECK_VECTORS(vectors, most) check_vectors((vectors), sizeof(vectors) / sizeof *(vectors), (most))

static bool names_a_date(const struct recurrence *rule, int32_t start)
{
    int32_t date;
    return recurrence_between(rule, start, start, DATE_MAX, 1, &date) == 1;
}

START_TEST(the_31st_becomes_the_last_day_and_never_drifts)
{
    static const struct vector vectors[] = {
        {"FREQ=MONTHLY", "2025-01-31", "2025-01-31 2025-02-28 2025-03-31 2025-04-30"},
        {"FREQ=MONTHLY;SKIP=FORWARD", "2025-01-31", "2025-01-31 2025-03-01 2025-03-31 2025-05-01"},
        {"FREQ=MONTHLY;SKIP=OMIT", "2025-01-31", "2025-01-31 2025-03-31 2025-05-31 2025-07-31"},
        {"FREQ=YEARLY", "2024-02-29", "2024-02-29 2025-02-28 2026-02-28 2027-02-28"},
        {"FREQ=YEARLY;SKIP=FORWARD", "2024-02-29", "2024-02-29 2025-03-01 2026-03-01 2027-03-01"},
        {"FREQ=YEARLY;SKIP=OMIT", "2096-02-29", "2096-02-29 2104-02-29 2108-02-29 2112-02-29"},
        {"FREQ=MONTHLY;INTERVAL=3", "2024-11-30", "2024-11-30 2025-02-28 2025-05-30 2025-08-30"},
    };
    CHECK_VECTORS(vectors, 4);
    ck_assert_str_eq(dates_from("FREQ=MONTHLY", "2025-01-31", "2031-02-01", 2), "2031-02-28 2031-03-31");
}
END_TEST

START_TEST(a_date_that_skip_moves_onto_another_counts_once)
{
    static const struct vector vectors[] = {
        {"FREQ=MONTHLY;BYMONTHDAY=29,30,31", "2025-02-01", "2025-02-28 2025-03-29 2025-03-30 2025-03-31"},
        {"FREQ=MONTHLY;BYMONTHDAY=29,30,31;BYSETPOS=-1", "2025-02-01",
         "2025-02-28 2025-03-31 2025-04-30 2025-05-31"},
        {"FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD", "2025-04-01",
         "2025-04-01 2025-05-01 2025-05-31 2025-06-01"},
        {"FREQ=MONTHLY;BYMONTHDAY=-31", "2025-01-01", "2025-01-01 2025-01-31 2025-03-01 2025-03-31"},
        {"FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20250228", "2025-01-01", "2025-01-31 2025-02-28"},
        {"FREQ=MONTHLY;BYMONTHDAY=-31;UNTIL=20250131", "2025-01-01", "2025-01-01 2025-01-31"},
        {"FREQ=YEARLY;BYYEARDAY=366", "2024-01-01", "2024-12-31 2025-12-31 2026-12-31 2027-12-31"},
        {"FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD", "2024-01-01",
         "2024-12-31 2026-01-01 2027-01-01 2028-01-01"},
    };
    CHECK_VECTORS(vectors, 4);
}
END_TEST

START_TEST(what_libical_reads_otherwise_is_read_by_the_rfc)
{
    static const struct vector vectors[] = {
        {"FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "2025-01-06",
         "2025-01-10 2025-01-17 2025-01-24 2025-01-31"},
        {"FREQ=DAILY;BYMONTHDAY=-1", "2025-01-01", "2025-01-31 2025-02-28 2025-03-31 2025-04-30"},
        {"FREQ=YEARLY;BYMONTHDAY=15", "2025-03-01", "2025-03-15 2025-04-15 2025-05-15 2025-06-15"},
        {"FREQ=MONTHLY;BYDAY=MO;SKIP=FORWARD", "2025-03-31", "2025-03-31 2025-04-07 2025-04-14 2025-04-21"},
        {"FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;SKIP=FORWARD", "2025-01-01",
         "2025-03-01 2026-03-01 2027-03-01 2028-03-01"},
    };
    CHECK_VECTORS(vectors, 4);
}
END_TEST

START_TEST(the_examples_of_rfc_5545_hold)
{
    static const struct vector vectors[] = {
        {"FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05",
         "1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02"},
        {"FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997-09-07",
         "1997-09-07 1997-09-28 1997-11-02 1997-11-30 1998-01-04"},
        {"FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22",
         "1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19"},
        {"FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28",
         "1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29"},
        {"FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997-01-01",
         "1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09"},
        {"FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1997-05-19 1998-05-18 1999-05-17 2000-05-15 2001-05-14"},
        {"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12",
         "1997-05-12 1998-05-11 1999-05-17 2000-05-15 2001-05-14"},
        {"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02",
         "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13"},
        {"FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05",
         "1996-11-05 2000-11-07 2004-11-02 2008-11-04 2012-11-06"},
        {"FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "1997-09-04 1997-10-07 1997-11-06"},
        {"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05",
         "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
        {"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05",
         "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
        {"FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02",
         "1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12"},
    };
    CHECK_VECTORS(vectors, 5);
}
END_TEST

START_TEST(every_bad_rule_names_its_fault)
{
    static const struct {
        const char *rule, *fault;
    } cases[] = {
        {"", "FREQ is missing"},
        {"INTERVAL=2", "FREQ is missing"},
        {"FREQ=HOURLY", "FREQ=HOURLY: is shorter than a day; entries fall on dates"},
        {"FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY: must be DAILY, WEEKLY, MONTHLY or YEARLY"},
        {"FREQ=DAILY;BYHOUR=3", "BYHOUR: entries fall on dates, not on times"},
        {"FREQ=DAILY;COLOUR=3", "\"COLOUR=3\" is no part of a recurrence rule"},
        {"FREQ=DAILY;;COUNT=3", "\"\" is no part of a recurrence rule"},
        {"FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"},
        {"FREQ=DAILY;COUNT", "COUNT has no value"},
        {"FREQ=DAILY;COUNT=3;UNTIL=20250101", "COUNT and UNTIL exclude each other"},
        {"FREQ=DAILY;COUNT=0", "COUNT=0: must be from 1 to 100000"},
        {"FREQ=DAILY;INTERVAL=1001", "INTERVAL=1001: must be from 1 to 1000"},
        {"FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1: must be from 1 to 1000"},
        {"FREQ=DAILY;UNTIL=20250230", "UNTIL=20250230: is no date (YYYYMMDD)"},
        {"FREQ=DAILY;UNTIL=20250201T25", "UNTIL=20250201T25: is no date (YYYYMMDD)"},
        {"FREQ=WEEKLY;BYDAY=1MO",
         "BYDAY: a number before the weekday needs FREQ=MONTHLY or YEARLY, not WEEKLY"},
        {"FREQ=MONTHLY;BYDAY=XX",
         "BYDAY: \"XX\" is no weekday (MO to SU) with or without a number from ±1 to 53"},
        {"FREQ=MONTHLY;BYDAY=MO,", "BYDAY=MO,: ends with a comma"},
        {"FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: \"32\" is no number from ±1 to 31"},
        {"FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: \"0\" is no number from ±1 to 31"},
        {"FREQ=MONTHLY;BYMONTH=-1", "BYMONTH: \"-1\" is no number from 1 to 12"},
        {"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY can't go with FREQ=WEEKLY"},
        {"FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY can't go with FREQ=MONTHLY"},
        {"FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO can't go with FREQ=MONTHLY"},
        {"FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY: a number before the weekday can't go with BYWEEKNO"},
        {"FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs another BY part to choose from"},
        {"FREQ=MONTHLY;RSCALE=HEBREW", "RSCALE=HEBREW: only GREGORIAN is kept"},
        {"FREQ=MONTHLY;SKIP=SIDEWAYS", "SKIP=SIDEWAYS: must be BACKWARD, FORWARD or OMIT"},
        {"FREQ=MONTHLY;WKST=1MO", "WKST=1MO: is no weekday (MO to SU)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recurrence rule;
        struct err err = {0};
        ck_assert_msg(recurrence_parse(str_of(cases[i].rule), &rule, &err) == -1, "%s was taken",
                      cases[i].rule);
        ck_assert_str_eq(err.text, cases[i].fault);
        ck_assert_int_eq(err.class, ERR_REJECT);
    }
}
END_TEST

START_TEST(a_rule_may_name_no_date)
{
    struct recurrence never = rule_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;SKIP=OMIT");
    ck_assert(!names_a_date(&never, date_of("2025-01-01")));
    struct recurrence past = rule_of("FREQ=DAILY;UNTIL=20241231");
    ck_assert(!names_a_date(&past, date_of("2025-01-01")));
    struct recurrence leap = rule_of("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;SKIP=OMIT");
    ck_assert(names_a_date(&leap, date_of("2025-01-01")));
}
END_TEST

START_TEST(a_rule_reads_back_from_its_canonical_form)
{
    static const struct {
        const char *text, *canonical;
    } cases[] = {
        {"freq=monthly", "FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP=BACKWARD"},
        {"RRULE:BYDAY=-1FR,MO,2tu;FREQ=MONTHLY;INTERVAL=1",
         "FREQ=MONTHLY;BYDAY=MO,2TU,-1FR;RSCALE=GREGORIAN;SKIP=BACKWARD"},
        {"FREQ=YEARLY;UNTIL=20301231T235959Z;BYMONTH=10,4;BYMONTHDAY=-1,+15;SKIP=OMIT;RSCALE=gregorian;WKST="
         "SU",
         "FREQ=YEARLY;BYMONTH=4,10;BYMONTHDAY=15,-1;WKST=SU;UNTIL=20301231;RSCALE=GREGORIAN;SKIP=OMIT"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[RECURRENCE_TEXT_SIZE];
        struct recurrence rule = rule_of(cases[i].text), again;
        recurrence_format(&rule, text);
        ck_assert_str_eq(text, cases[i].canonical);
        again = rule_of(text);
        ck_assert_mem_eq(&rule, &again, sizeof rule);
    }
}
END_TEST

START_TEST(the_longest_rule_fits_its_room)
{
    struct recurrence all = {
        .freq = RECURRENCE_YEARLY, .interval = 1, .until = DATE_MAX, .months = 0x1ffe, .weekdays = 0x7f};
    all.has_ordinals = all.has_monthdays = all.has_yeardays = all.has_positions = true;
    for (int number = 1; number <= 366; number++) {
        uint64_t bit = UINT64_C(1) << (number % 64);
        all.yeardays.front[number / 64] |= bit;
        all.yeardays.back[number / 64] |= bit;
        if (number <= 31)
            all.monthdays.front[0] = all.monthdays.back[0] |= bit;
        for (int day = 0; number <= 53 && day < 7; day++)
            all.ordinals[day].front[0] = all.ordinals[day].back[0] |= bit;
    }
    all.positions = all.yeardays;
    char text[RECURRENCE_TEXT_SIZE];
    recurrence_format(&all, text);
    struct recurrence again = rule_of(text);
    ck_assert_mem_eq(&all, &again, sizeof all);
    ck_assert_uint_gt(strlen(text), 10000);
    ck_assert(names_a_date(&again, date_of("2025-01-01")));
}
END_TEST

/* A random rule of the parts that libical reads as the RFC does. */
static void random_rule(unsigned *seed, char text[200])
{
    static const char *const freqs[] = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"};
    static const char *const skips[] = {"BACKWARD", "FORWARD", "OMIT"};
    static const char *const days[] = {"MO", "TU,TH", "MO,WE,FR,SU", "SA"};
    static const char *const ordinals[] = {"1MO", "-1FR", "2TU,-2TH", "5WE"};
    int freq = rand_r(seed) % 4, monthly = freq >= 2;
    int used = snprintf(text, 200, "FREQ=%s;INTERVAL=%d;SKIP=%s", freqs[freq], 1 + rand_r(seed) % 7,
                        skips[monthly ? rand_r(seed) % 3 : 2]);
    char *end = text + used;
    if (freq == 3)
        end += snprintf(end, 40, ";BYMONTH=%d,%d", 1 + rand_r(seed) % 6, 7 + rand_r(seed) % 6);
    switch (rand_r(seed) % 4) {
    case 0:
        if (monthly)
            snprintf(end, 40, ";BYMONTHDAY=%d,-1", 1 + rand_r(seed) % 28);
        break;
    case 1:
        snprintf(end, 60, ";BYDAY=%s;SKIP=OMIT", days[rand_r(seed) % 4]);
        break;
    case 2:
        if (monthly)
            snprintf(end, 60, ";BYDAY=%s;SKIP=OMIT", ordinals[rand_r(seed) % 4]);
        break;
    default:
        break;
    }
    char *second = strstr(strstr(text, "SKIP=") + 1, ";SKIP=OMIT");
    if (second != NULL) { /* the later SKIP takes the place of the first */
        char *first = strstr(text, ";SKIP=");
        size_t length = strcspn(first + 1, ";") + 1;
        memmove(first, first + length, strlen(first + length) + 1);
    }
}

/* The dates that libical 3.0.16 gives for the same rule. */
static void check_against_libical(const char *text, int32_t start)
{
    char wire[260], date[DATE_TEXT_SIZE];
    date_format(start, date);
    snprintf(wire, sizeof wire, "%s;RSCALE=GREGORIAN", text);
    struct icalrecurrencetype theirs = icalrecurrencetype_from_string(wire);
    ck_assert_msg(theirs.freq != ICAL_NO_RECURRENCE, "%s", wire);
    free(theirs.rscale);
    theirs.rscale = NULL; /* Gregorian, without a second calendar object */
    int year, month, day;
    date_to_civil(start, &year, &month, &day);
    struct icaltimetype first = {.year = year, .month = month, .day = day, .is_date = 1};
    icalrecur_iterator *walk = icalrecur_iterator_new(theirs, first);
    ck_assert_ptr_nonnull(walk);
    struct recurrence rule = rule_of(text);
    struct recurrence_iterator iterator;
    int32_t ours, last = start - 1;
    recurrence_begin(&iterator, &rule, start, start);
    for (int i = 0; i < 30;) {
        struct icaltimetype next = icalrecur_iterator_next(walk);
        if (icaltime_is_null_time(next)) /* it ends with the year 2582 */
            break;
        int32_t expected = date_from_civil(next.year, next.month, next.day);
        if (expected == last) /* libical gives a date twice that SKIP=FORWARD moved onto another */
            continue;
        ck_assert_msg(recurrence_next(&iterator, &ours) && ours == expected,
                      "%s from %s: number %d is %d-%02d-%02d for libical", text, date, i, next.year,
                      next.month, next.day);
        last = expected;
        i++;
    }
    icalrecur_iterator_free(walk);
}

START_TEST(random_rules_give_the_dates_that_libical_gives)
{
    unsigned seed = 20251121;
    for (int i = 0; i < 2000; i++) {
        char text[200];
        int32_t start = date_of("2024-01-01") + rand_r(&seed) % 1000;
        random_rule(&seed, text);
        struct recurrence rule = rule_of(text);
        if (names_a_date(&rule, start)) /* libical never comes back from a rule that names none */
            check_against_libical(text, start);
    }
}
END_TEST

START_TEST(a_walk_that_starts_late_gives_what_one_from_the_start_gives)
{
    unsigned seed = 7;
    for (int i = 0; i < 3000; i++) {
        char text[200];
        random_rule(&seed, text);
        struct recurrence rule = rule_of(text);
        struct recurrence_iterator whole, late;
        int32_t start = date_of("2024-01-01") + rand_r(&seed) % 1000, from = start + rand_r(&seed) % 4000, a,
                b;
        if (!names_a_date(&rule, start))
            continue;
        recurrence_begin(&whole, &rule, start, start);
        recurrence_begin(&late, &rule, start, from);
        do
            ck_assert(recurrence_next(&whole, &a));
        while (a < from);
        for (int j = 0; j < 5; j++) {
            ck_assert(recurrence_next(&late, &b));
            ck_assert_msg(a == b, "%s: %d, not %d", text, b, a);
            ck_assert(recurrence_next(&whole, &a));
        }
    }
}
END_TEST

START_TEST(count_is_counted_from_the_start)
{
    ck_assert_str_eq(dates_from("FREQ=MONTHLY;COUNT=3", "2025-01-31", "2025-03-01", 9), "2025-03-31");
    ck_assert_str_eq(dates_from("FREQ=MONTHLY;COUNT=3", "2025-01-31", "2025-04-01", 9), "");
    ck_assert_str_eq(dates_from("FREQ=DAILY;COUNT=100000", "2025-01-01", "2298-10-15", 9),
                     "2298-10-15 2298-10-16");
}
END_TEST

START_TEST(the_shared_vectors_hold)
{
    json_t *all = json_load_file(VECTORS, 0, NULL);
    if (all == NULL)
        return;
    size_t i, j;
    json_t *one, *expected;
    ck_assert_uint_gt(json_array_size(json_object_get(all, "rules")), 0);
    json_array_foreach(json_object_get(all, "rules"), i, one)
    {
        const char *rule = json_string_value(json_object_get(one, "rrule"));
        const char *start = json_string_value(json_object_get(one, "dtstart"));
        char text[300], dates[400] = "";
        snprintf(text, sizeof text, "%s%s", rule, strstr(rule, "SKIP") == NULL ? ";SKIP=OMIT" : "");
        json_t *first = json_object_get(one, "first24");
        json_array_foreach(first, j, expected)
            snprintf(dates + strlen(dates), sizeof dates - strlen(dates), "%s%s", j == 0 ? "" : " ",
                     json_string_value(expected));
        ck_assert_str_eq(dates_from(text, start, start, 24), dates);
    }
    json_decref(all);
}
END_TEST

Suite *recurrence_suite(void);
Suite *recurrence_suite(void)
{
    Suite *suite = suite_create("recurrence");
    TCase *tests = tcase_create("recurrence");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_31st_becomes_the_last_day_and_never_drifts);
    tcase_add_test(tests, a_date_that_skip_moves_onto_another_counts_once);
    tcase_add_test(tests, what_libical_reads_otherwise_is_read_by_the_rfc);
    tcase_add_test(tests, the_examples_of_rfc_5545_hold);
    tcase_add_test(tests, every_bad_rule_names_its_fault);
    tcase_add_test(tests, a_rule_may_name_no_date);
    tcase_add_test(tests, a_rule_reads_back_from_its_canonical_form);
    tcase_add_test(tests, the_longest_rule_fits_its_room);
    tcase_add_test(tests, random_rules_give_the_dates_that_libical_gives);
    tcase_add_test(tests, a_walk_that_starts_late_gives_what_one_from_the_start_gives);
    tcase_add_test(tests, count_is_counted_from_the_start);
    tcase_add_test(tests, the_shared_vectors_hold);
    suite_add_tcase(suite, tests);
    return suite;
}

#include <check.h>
#include <stdlib.h>

#include "finance/date.h"
#include "finance/detection.h"
#include "finance/recurrence.h"

static int32_t date_of(const char *text)
{
    int32_t date;
    ck_assert_int_eq(date_parse(str_of(text), &date), 0);
    return date;
}

/* Payments of -1000 on the dates given, "2025-01-31 2025-02-28 …". */
static bool found_in(const char *dates, const char *today, struct detection *found)
{
    struct detection_hit hits[60];
    size_t count = 0;
    for (struct str rest = str_of(dates); rest.size > 0;) {
        struct str item = str_split(rest, ' ', &rest);
        ck_assert_int_eq(date_parse(item, &hits[count].date), 0);
        hits[count++].amount = -1000;
    }
    return detection_find(hits, count, date_of(today), found);
}

START_TEST(periods_that_people_pay_by_are_found)
{
    static const struct {
        const char *dates, *today, *rule, *next;
    } cases[] = {
        {"2025-01-03 2025-01-10 2025-01-17 2025-01-24", "2025-01-25", "FREQ=WEEKLY;BYDAY=FR", "2025-01-31"},
        {"2025-01-03 2025-01-17 2025-01-31 2025-02-14", "2025-02-15", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
         "2025-02-28"},
        {"2025-01-01 2025-02-03 2025-03-03 2025-04-01", "2025-04-05", "FREQ=MONTHLY;BYMONTHDAY=3",
         "2025-05-03"},
        {"2025-01-31 2025-02-28 2025-03-31 2025-04-30", "2025-05-01", "FREQ=MONTHLY;BYMONTHDAY=31",
         "2025-05-31"},
        {"2024-12-30 2025-01-31 2025-02-28 2025-03-31 2025-04-30", "2025-05-01", "FREQ=MONTHLY;BYMONTHDAY=30",
         "2025-05-30"},
        {"2024-02-15 2024-05-15 2024-08-15 2024-11-15", "2025-01-01", "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15",
         "2025-02-15"},
        {"2022-12-24 2023-12-27 2024-12-24", "2025-03-01", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24",
         "2025-12-24"},
        {"2025-01-15 2025-02-15 2025-04-15 2025-05-15 2025-06-16", "2025-06-20", "FREQ=MONTHLY;BYMONTHDAY=15",
         "2025-07-15"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct detection found;
        char next[DATE_TEXT_SIZE];
        ck_assert_msg(found_in(cases[i].dates, cases[i].today, &found), "nothing in %s", cases[i].dates);
        ck_assert_str_eq(found.rule, cases[i].rule);
        date_format(found.next, next);
        ck_assert_str_eq(next, cases[i].next);
        ck_assert_msg(found.confidence > 0.4 && found.confidence < 1, "%s: %f", cases[i].rule,
                      found.confidence);
        struct recurrence rule;
        ck_assert_int_eq(recurrence_parse(str_of(found.rule), &rule, NULL), 0);
        int32_t date;
        ck_assert_uint_eq(recurrence_between(&rule, found.next, found.next, DATE_MAX, 1, &date), 1);
    }
}
END_TEST

START_TEST(what_does_not_recur_is_not_suggested)
{
    struct detection found;
    ck_assert(!found_in("2025-01-03 2025-02-03", "2025-02-04", &found));            /* too few */
    ck_assert(!found_in("2025-01-03 2025-01-03 2025-02-03", "2025-02-04", &found)); /* two on a day */
    ck_assert(!found_in("2025-01-03 2025-01-05 2025-02-13 2025-02-14 2025-04-01", "2025-04-02",
                        &found));                                                              /* no period */
    ck_assert(!found_in("2024-01-03 2024-02-03 2024-03-03 2024-04-03", "2025-01-01", &found)); /* has ended */
}
END_TEST

START_TEST(random_purchases_are_rarely_taken_for_a_rule)
{
    unsigned seed = 11;
    int suggested = 0;
    for (int series = 0; series < 1000; series++) {
        struct detection_hit hits[10];
        struct detection found;
        int32_t date = date_of("2024-01-01");
        for (int i = 0; i < 10; i++) {
            date += 1 + rand_r(&seed) % 45;
            hits[i] = (struct detection_hit){date, -100 - rand_r(&seed) % 9000};
        }
        suggested += detection_find(hits, 10, date + 1, &found) && found.confidence > 0.5;
    }
    ck_assert_int_le(suggested, 5);
}
END_TEST

START_TEST(the_range_of_amounts_is_told_and_lowers_the_confidence)
{
    struct detection_hit hits[] = {{0, -4000}, {31, -4500}, {59, -5200}, {90, -4400}, {120, -4100}};
    struct detection alike, varied;
    for (size_t i = 0; i < 5; i++)
        hits[i].date += date_of("2025-01-05");
    ck_assert(detection_find(hits, 5, hits[4].date, &varied));
    ck_assert_int_eq(varied.amount_min, -5200);
    ck_assert_int_eq(varied.amount_max, -4000);
    ck_assert_int_eq(varied.amount, -4400);
    ck_assert_uint_eq(varied.hits, 5);
    for (size_t i = 0; i < 5; i++)
        hits[i].amount = -4000;
    ck_assert(detection_find(hits, 5, hits[4].date, &alike));
    ck_assert(alike.confidence > varied.confidence);
}
END_TEST

Suite *detection_suite(void);
Suite *detection_suite(void)
{
    Suite *suite = suite_create("detection");
    TCase *tests = tcase_create("detection");
    tcase_add_test(tests, periods_that_people_pay_by_are_found);
    tcase_add_test(tests, what_does_not_recur_is_not_suggested);
    tcase_add_test(tests, random_purchases_are_rarely_taken_for_a_rule);
    tcase_add_test(tests, the_range_of_amounts_is_told_and_lowers_the_confidence);
    suite_add_tcase(suite, tests);
    return suite;
}

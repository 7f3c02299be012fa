#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "finance/date.h"
#include "finance/zone.h"

#define VECTORS "../shared/fixtures/recurrence.json"

static struct zones zones;

static void open_zones(void)
{
    zones_open(&zones, ZONE_DIRECTORY);
}

static void close_zones(void)
{
    zones_close(&zones);
}

static const struct zone *zone_named(const char *name)
{
    struct err err = {0};
    const struct zone *zone = zones_find(&zones, str_of(name), &err);
    ck_assert_msg(zone != NULL, "%s", err.text);
    return zone;
}

/* The first instant of a local date as "2025-04-24T22:00:00"; checks that the millisecond before is another
 * date. */
static const char *first_of(const char *name, const char *local_date)
{
    static char text[CLOCK_TEXT_SIZE];
    int32_t date;
    const struct zone *zone = zone_named(name);
    ck_assert_int_eq(date_parse(str_of(local_date), &date), 0);
    int64_t first_ms = zone_first_ms(zone, date);
    ck_assert_int_ge(zone_date(zone, first_ms), date);
    ck_assert_int_lt(zone_date(zone, first_ms - 1), date);
    clock_format(first_ms, text);
    text[19] = '\0';
    return text;
}

START_TEST(a_local_date_begins_where_its_zone_says)
{
    static const struct {
        const char *zone, *date, *first;
    } cases[] = {
        {"UTC", "2025-01-01", "2025-01-01T00:00:00"},
        {"Europe/Berlin", "2025-03-31", "2025-03-30T22:00:00"},
        {"Africa/Cairo", "2025-04-25", "2025-04-24T22:00:00"}, /* no midnight: 00:00 becomes 01:00 */
        {"America/Santiago", "2030-09-08",
         "2030-09-08T04:00:00"}, /* the same, by the rule at the file's end */
        {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00"},
        {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00"}, /* a date that never was */
        {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00"},
        {"America/St_Johns", "2006-10-29",
         "2006-10-29T02:30:00"}, /* 00:01 becomes 23:01: the first of two midnights */
        {"America/New_York", "1883-11-19", "1883-11-19T05:00:00"},
        {"Africa/Monrovia", "1970-01-01", "1970-01-01T00:44:30"},
        {"Europe/Dublin", "2040-07-01",
         "2040-06-30T23:00:00"}, /* its winter time is the one with a negative offset */
        {"Asia/Kathmandu", "2700-01-01",
         "2699-12-31T18:15:00"}, /* far behind the last change, without a rule */
        {"Europe/Berlin", "2700-07-01",
         "2700-06-30T22:00:00"}, /* and with one, in the next cycle of 400 years */
        {"Europe/Berlin", "1850-07-01", "1850-06-30T23:06:32"}, /* before the first change: local mean time */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(first_of(cases[i].zone, cases[i].date), cases[i].first);
}
END_TEST

START_TEST(what_is_no_zone_is_refused_by_name)
{
    static const char *const names[] = {
        "",        "Europe/Atlantis", "../../../etc/passwd", "/etc/localtime", "Europe", "zone.tab", "CET\n",
        "Europe/", "tzdata/x",        "leapseconds"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err err = {0};
        ck_assert_ptr_null(zones_find(&zones, str_of(names[i]), &err));
        ck_assert_int_eq(err.class, ERR_REJECT);
        ck_assert_ptr_nonnull(strstr(err.text, "is no IANA time zone"));
    }
}
END_TEST

START_TEST(a_zone_is_read_once)
{
    ck_assert_ptr_eq(zone_named("Europe/Berlin"), zone_named("Europe/Berlin"));
    ck_assert_int_eq(zone_offset_s(zone_named("Asia/Kolkata"), 0), 19800);
}
END_TEST

START_TEST(every_form_of_a_tz_rule_is_read)
{
    static const struct {
        const char *text;
        int32_t standard_s, summer_s;
        int64_t first_s, second_s; /* the changes of 2024 */
    } cases[] = {
        {"<+0330>-3:30", 12600, 0, 0, 0},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 3600, 7200, 1711846800, 1729990800},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7200, -3600, 1711846800, 1729990800},
        {"EET-2EEST,M4.5.5/0,M10.5.4/24", 7200, 10800, 1714082400, 1730408400},
        {"AAA3BBB,J60/0,J300/0", -10800, -7200, 1709262000, 1729994400},
        {"AAA3BBB,59/0,299/0", -10800, -7200, 1709175600, 1729908000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone_rule rule;
        struct zone_change changes[2];
        ck_assert_int_eq(zone_rule_parse(str_of(cases[i].text), &rule), 0);
        ck_assert_int_eq(rule.standard_s, cases[i].standard_s);
        size_t count = zone_rule_changes(&rule, 2024, changes);
        ck_assert_uint_eq(count, cases[i].first_s == 0 ? 0 : 2);
        if (count == 0)
            continue;
        ck_assert_int_eq(changes[0].at_s, cases[i].first_s);
        ck_assert_int_eq(changes[0].offset_s, cases[i].summer_s);
        ck_assert_int_eq(changes[1].at_s, cases[i].second_s);
    }
    static const char *const bad[] = {
        "", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0,", "CET-168"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct zone_rule rule;
        ck_assert_msg(zone_rule_parse(str_of(bad[i]), &rule) == -1, "\"%s\" was taken", bad[i]);
    }
}
END_TEST

START_TEST(the_shared_vectors_hold)
{
    json_t *all = json_load_file(VECTORS, 0, NULL);
    if (all == NULL)
        return;
    size_t i;
    json_t *one;
    ck_assert_uint_gt(json_array_size(json_object_get(all, "zones")), 0);
    json_array_foreach(json_object_get(all, "zones"), i, one)
    {
        char expected[20];
        snprintf(expected, sizeof expected, "%s",
                 json_string_value(json_object_get(one, "first_instant_utc")));
        ck_assert_str_eq(first_of(json_string_value(json_object_get(one, "zone")),
                                  json_string_value(json_object_get(one, "local_date"))),
                         expected);
    }
    json_decref(all);
}
END_TEST

Suite *zone_suite(void);
Suite *zone_suite(void)
{
    Suite *suite = suite_create("zone");
    TCase *tests = tcase_create("zone");
    tcase_add_checked_fixture(tests, open_zones, close_zones);
    tcase_add_test(tests, a_local_date_begins_where_its_zone_says);
    tcase_add_test(tests, what_is_no_zone_is_refused_by_name);
    tcase_add_test(tests, a_zone_is_read_once);
    tcase_add_test(tests, every_form_of_a_tz_rule_is_read);
    tcase_add_test(tests, the_shared_vectors_hold);
    suite_add_tcase(suite, tests);
    return suite;
}

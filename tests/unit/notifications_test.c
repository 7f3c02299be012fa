/* Until when a person is left alone, and when the day's mail goes: by what his clock shows, also on the days
 * on which it is put forward or back. */
#include <check.h>
#include <stdio.h>

#include "base/clock.h"
#include "finance/date.h"
#include "ledger/notifications.h"

enum { HOUR = 60 };

static void check_instant(int64_t got_ms, const char *expected)
{
    char text[CLOCK_TEXT_SIZE] = "not";
    if (got_ms != 0)
        clock_format(got_ms, text);
    ck_assert_str_eq(text, expected);
}

static int64_t at(const char *text)
{
    int year, month, day, hour, minute;
    ck_assert_int_eq(sscanf(text, "%d-%d-%dT%d:%dZ", &year, &month, &day, &hour, &minute), 5);
    return ((int64_t)date_from_civil(year, month, day) * 24 * HOUR + hour * HOUR + minute) * 60000;
}

START_TEST(quiet_hours_end_when_the_clock_says_so)
{
    static const struct {
        const char *zone;
        int from, to;
        const char *now, *until;
    } cases[] = {
        {"Europe/Berlin", 22 * HOUR, 7 * HOUR, "2026-03-27T21:30Z", "2026-03-28T06:00:00.000Z"},
        {"Europe/Berlin", 22 * HOUR, 7 * HOUR, "2026-03-28T21:30Z", "2026-03-29T05:00:00.000Z"}, /* forward */
        {"Europe/Berlin", 22 * HOUR, 7 * HOUR, "2026-10-24T21:30Z", "2026-10-25T06:00:00.000Z"}, /* back */
        {"Europe/Berlin", 22 * HOUR, 7 * HOUR, "2026-03-29T05:00Z", "not"},
        {"Europe/Berlin", 22 * HOUR, 7 * HOUR, "2026-03-29T04:59Z", "2026-03-29T05:00:00.000Z"},
        {"Europe/Berlin", 22 * HOUR, 2 * HOUR + 30, "2026-03-28T22:00Z",
         "2026-03-29T01:00:00.000Z"}, /* half past two is jumped over */
        {"Europe/Berlin", 22 * HOUR, 2 * HOUR + 30, "2026-10-24T22:00Z", "2026-10-25T00:30:00.000Z"},
        {"Europe/Berlin", 22 * HOUR, 2 * HOUR + 30, "2026-10-25T01:10Z",
         "2026-10-25T01:30:00.000Z"}, /* ten past two for the second time */
        {"Australia/Lord_Howe", 20 * HOUR, 6 * HOUR, "2026-10-03T12:00Z", "2026-10-03T19:00:00.000Z"},
        {"Asia/Kathmandu", 9 * HOUR, 17 * HOUR, "2026-06-01T03:15Z", "2026-06-01T11:15:00.000Z"},
        {"Asia/Kathmandu", 9 * HOUR, 17 * HOUR, "2026-06-01T03:14Z", "not"},
        {"UTC", -1, -1, "2026-06-01T03:14Z", "not"},
        {"UTC", 60, 60, "2026-06-01T01:00Z", "not"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_instant(notification_quiet_until(cases[i].zone, cases[i].from, cases[i].to, at(cases[i].now)),
                      cases[i].until);
}
END_TEST

START_TEST(the_days_mail_goes_when_the_clock_shows_its_hour)
{
    struct zones zones;
    struct err err;
    zones_open(&zones, ZONE_DIRECTORY);
    const struct zone *zone = zones_find(&zones, STR("Europe/Berlin"), &err);
    ck_assert_ptr_nonnull(zone);
    check_instant(notification_next(zone, 8 * HOUR, at("2026-03-28T06:59Z")), "2026-03-28T07:00:00.000Z");
    check_instant(notification_next(zone, 8 * HOUR, at("2026-03-28T07:00Z")), "2026-03-29T06:00:00.000Z");
    check_instant(notification_next(zone, 8 * HOUR, at("2026-10-24T06:00Z")), "2026-10-25T07:00:00.000Z");
    zones_close(&zones);
}
END_TEST

Suite *notifications_suite(void);
Suite *notifications_suite(void)
{
    Suite *suite = suite_create("notifications");
    TCase *tests = tcase_create("notifications");
    tcase_add_test(tests, quiet_hours_end_when_the_clock_says_so);
    tcase_add_test(tests, the_days_mail_goes_when_the_clock_shows_its_hour);
    suite_add_tcase(suite, tests);
    return suite;
}

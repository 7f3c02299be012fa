#include <check.h>
#include <stdio.h>
#include <string.h>

#include "finance/budget.h"
#include "finance/date.h"
#include "finance/money.h"

START_TEST(what_is_left_goes_over_as_the_budget_says)
{
    static const int64_t spent[] = {60, 150, 100, 0};
    static const struct {
        const char *name;
        int64_t left[4];
    } cases[] = {
        {"none", {40, -50, 0, 100}},
        {"surplus", {40, -10, 0, 100}},
        {"surplus_and_deficit", {40, -10, -10, 90}},
        {"cap", {40, -25, 0, 100}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum budget_rollover rollover;
        struct budget_state states[4];
        ck_assert_int_eq(budget_rollover_parse(str_of(cases[i].name), &rollover), 0);
        for (int j = 0; j < 4; j++)
            states[j] = (struct budget_state){.limit = 100, .spent = spent[j]};
        budget_roll(rollover, 25, states, 4);
        for (int j = 0; j < 4; j++)
            ck_assert_msg(states[j].left == cases[i].left[j], "%s, period %d: %lld left", cases[i].name, j,
                          (long long)states[j].left);
    }
}
END_TEST

START_TEST(a_period_knows_its_first_and_last_day)
{
    static const struct {
        const char *period, *date, *bounds;
    } cases[] = {
        {"week", "2024-03-03", "2024-02-26 2024-03-03"},
        {"month", "2024-02-29", "2024-02-01 2024-02-29"},
        {"quarter", "2025-12-31", "2025-10-01 2025-12-31"},
        {"quarter", "2025-02-01", "2025-01-01 2025-03-31"},
        {"year", "2025-06-15", "2025-01-01 2025-12-31"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum budget_period period;
        int32_t date, first, last;
        char a[DATE_TEXT_SIZE], b[DATE_TEXT_SIZE], text[2 * DATE_TEXT_SIZE];
        ck_assert_int_eq(budget_period_parse(str_of(cases[i].period), &period), 0);
        ck_assert_int_eq(date_parse(str_of(cases[i].date), &date), 0);
        budget_period_bounds(period, date, &first, &last);
        date_format(first, a);
        date_format(last, b);
        snprintf(text, sizeof text, "%s %s", a, b);
        ck_assert_str_eq(text, cases[i].bounds);
    }
}
END_TEST

START_TEST(a_forecast_adds_what_rules_will_enter_and_the_pace)
{
    ck_assert_int_eq(budget_forecast(300, 0, 0, 10, 30), 900);
    ck_assert_int_eq(budget_forecast(300, 200, 50, 10, 30), 550);
    ck_assert_int_eq(budget_forecast(300, 0, 0, 7, 30), 300); /* too early for a pace */
    ck_assert_int_eq(budget_forecast(300, 0, 40, 30, 30), 340);
    ck_assert_int_eq(budget_forecast(MONEY_MAX, 0, MONEY_MAX, 10, 30), MONEY_MAX);
}
END_TEST

START_TEST(an_alert_holds_from_its_threshold_on)
{
    ck_assert_uint_eq(budget_alerts(1000, 799, 1000), 0);
    ck_assert_uint_eq(budget_alerts(1000, 800, 1000), BUDGET_ALERT_80);
    ck_assert_uint_eq(budget_alerts(1000, 100, 1001), BUDGET_ALERT_FORECAST);
    ck_assert_uint_eq(budget_alerts(1000, 1000, 2000), BUDGET_ALERT_80 | BUDGET_ALERT_100);
    ck_assert_uint_eq(budget_alerts(0, 0, 0), 0);
    ck_assert_uint_eq(budget_alerts(-50, 1, 1), BUDGET_ALERT_80 | BUDGET_ALERT_100);
    ck_assert_uint_eq(budget_alerts(MONEY_MAX, MONEY_MAX - 1, 0), BUDGET_ALERT_80);
}
END_TEST

Suite *budget_suite(void);
Suite *budget_suite(void)
{
    Suite *suite = suite_create("budget");
    TCase *tests = tcase_create("budget");
    tcase_add_test(tests, what_is_left_goes_over_as_the_budget_says);
    tcase_add_test(tests, a_period_knows_its_first_and_last_day);
    tcase_add_test(tests, a_forecast_adds_what_rules_will_enter_and_the_pace);
    tcase_add_test(tests, an_alert_holds_from_its_threshold_on);
    suite_add_tcase(suite, tests);
    return suite;
}

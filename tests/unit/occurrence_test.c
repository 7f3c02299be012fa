#include <check.h>
#include <string.h>

#include "finance/money.h"
#include "finance/occurrence.h"

#define DAY INT64_C(86400000)

/* Which of occurrences due so many days ago are entered: "..PP" (missed, missed, posted, posted). */
static const char *decided(const char *name, size_t most, const int64_t *days_ago, size_t count)
{
    static char text[64];
    int64_t due_ms[60], now_ms = 20000 * DAY;
    bool post[60];
    enum catch_up policy;
    ck_assert_int_eq(catch_up_parse(str_of(name), &policy), 0);
    for (size_t i = 0; i < count; i++)
        due_ms[i] = now_ms - days_ago[i] * DAY;
    occurrence_catch_up(policy, now_ms, DAY, most, due_ms, count, post);
    for (size_t i = 0; i < count; i++)
        text[i] = post[i] ? 'P' : '.';
    text[count] = '\0';
    return text;
}

START_TEST(after_a_pause_each_rule_does_as_it_says)
{
    static const int64_t with_today[] = {40, 33, 26, 1, 0}, all_late[] = {90, 60, 30};
    ck_assert_str_eq(decided("post_all", 100, with_today, 5), "PPPPP");
    ck_assert_str_eq(decided("post_all", 2, with_today, 5), ".PPPP");
    ck_assert_str_eq(decided("post_latest", 100, with_today, 5), "...PP");
    ck_assert_str_eq(decided("mark_missed", 100, with_today, 5), "...PP");
    ck_assert_str_eq(decided("post_all", 100, all_late, 3), "PPP");
    ck_assert_str_eq(decided("post_latest", 100, all_late, 3), "..P");
    ck_assert_str_eq(decided("mark_missed", 100, all_late, 3), "...");
    ck_assert_str_eq(decided("post_all", 0, all_late, 3), "...");
    enum catch_up policy;
    ck_assert_int_eq(catch_up_parse(STR("post_some"), &policy), -1);
}
END_TEST

START_TEST(states_follow_each_other_only_as_told)
{
    static const struct {
        const char *from, *followers;
    } table[] = {
        {"scheduled", "posted skipped postponed matched missed"},
        {"posted", "matched"},
        {"skipped", "scheduled posted postponed matched"},
        {"postponed", "scheduled posted skipped postponed matched missed"},
        {"matched", ""},
        {"missed", "posted skipped postponed matched"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        enum occurrence_state from;
        ck_assert_int_eq(occurrence_state_parse(str_of(table[i].from), &from), 0);
        for (int to = 0; to < OCCURRENCE_STATES; to++) {
            const char *name = occurrence_state_name((enum occurrence_state)to);
            bool told = strstr(table[i].followers, name) != NULL;
            ck_assert_msg(occurrence_may_become(from, (enum occurrence_state)to) == told, "%s to %s",
                          table[i].from, name);
        }
    }
}
END_TEST

START_TEST(a_total_is_met_to_the_cent)
{
    ck_assert_int_eq(occurrence_amount_left(0, -500, -100), -100);
    ck_assert_int_eq(occurrence_amount_left(-1000, -900, -300), -100);
    ck_assert_int_eq(occurrence_amount_left(-1000, -1000, -300), 0);
    ck_assert_int_eq(occurrence_amount_left(-1000, -1100, -300), 0);
    ck_assert_int_eq(occurrence_amount_left(1000, 0, 300), 300);
    ck_assert_int_eq(occurrence_amount_left(1000, 900, 300), 100);
    ck_assert_int_eq(occurrence_amount_left(MONEY_MAX, -MONEY_MAX, 300), 300);
}
END_TEST

START_TEST(an_estimate_is_the_average_rounded_away_from_zero)
{
    static const int64_t bills[] = {-1000, -1001}, large[] = {MONEY_MAX, MONEY_MAX, MONEY_MAX};
    ck_assert_int_eq(occurrence_estimate(bills, 2), -1001);
    ck_assert_int_eq(occurrence_estimate(bills, 1), -1000);
    ck_assert_int_eq(occurrence_estimate(large, 3), MONEY_MAX);
    static const int64_t mixed[] = {100, 101, 101};
    ck_assert_int_eq(occurrence_estimate(mixed, 3), 101);
}
END_TEST

Suite *occurrence_suite(void);
Suite *occurrence_suite(void)
{
    Suite *suite = suite_create("occurrence");
    TCase *tests = tcase_create("occurrence");
    tcase_add_test(tests, after_a_pause_each_rule_does_as_it_says);
    tcase_add_test(tests, states_follow_each_other_only_as_told);
    tcase_add_test(tests, a_total_is_met_to_the_cent);
    tcase_add_test(tests, an_estimate_is_the_average_rounded_away_from_zero);
    suite_add_tcase(suite, tests);
    return suite;
}

#include <check.h>
#include <jansson.h>
#include <string.h>

#include "finance/date.h"
#include "finance/weekend.h"

#define VECTORS "../shared/fixtures/recurrence.json"

static const char *posted(const char *rule_name, const char *nominal)
{
    static char text[DATE_TEXT_SIZE];
    enum weekend_rule rule;
    int32_t date, posting;
    ck_assert_int_eq(weekend_parse(str_of(rule_name), &rule), 0);
    ck_assert_int_eq(date_parse(str_of(nominal), &date), 0);
    if (!weekend_posting_date(rule, date, &posting))
        return "left out";
    date_format(posting, text);
    return text;
}

START_TEST(a_weekend_is_moved_as_its_rule_says)
{
    static const struct {
        const char *rule, *nominal, *posting;
    } cases[] = {
        /* Saturday 31 May 2025: the Monday is in June */
        {"none", "2025-05-31", "2025-05-31"},
        {"skip", "2025-05-31", "left out"},
        {"before", "2025-05-31", "2025-05-30"},
        {"after", "2025-05-31", "2025-06-02"},
        {"nearest", "2025-05-31", "2025-05-30"},
        {"modified_following", "2025-05-31", "2025-05-30"},
        {"modified_preceding", "2025-05-31", "2025-05-30"},
        /* Sunday 1 June 2025: the Friday is in May */
        {"before", "2025-06-01", "2025-05-30"},
        {"after", "2025-06-01", "2025-06-02"},
        {"nearest", "2025-06-01", "2025-06-02"},
        {"modified_following", "2025-06-01", "2025-06-02"},
        {"modified_preceding", "2025-06-01", "2025-06-02"},
        /* Saturday 1 February 2025 */
        {"nearest", "2025-02-01", "2025-01-31"},
        {"modified_preceding", "2025-02-01", "2025-02-03"},
        /* a Friday and a Monday stay */
        {"skip", "2025-05-30", "2025-05-30"},
        {"before", "2025-06-02", "2025-06-02"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(posted(cases[i].rule, cases[i].nominal), cases[i].posting);
    enum weekend_rule rule;
    ck_assert_int_eq(weekend_parse(STR("sometimes"), &rule), -1);
}
END_TEST

START_TEST(the_shared_vectors_hold)
{
    json_t *all = json_load_file(VECTORS, 0, NULL);
    if (all == NULL)
        return;
    size_t i, j;
    json_t *one, *nominal;
    ck_assert_uint_gt(json_array_size(json_object_get(all, "weekend")), 0);
    json_array_foreach(json_object_get(all, "weekend"), i, one)
    {
        size_t at = 0;
        json_t *dates = json_object_get(one, "posted");
        json_array_foreach(json_object_get(one, "nominal"), j, nominal)
        {
            const char *date =
                posted(json_string_value(json_object_get(one, "weekend")), json_string_value(nominal));
            if (strcmp(date, "left out") != 0)
                ck_assert_str_eq(date, json_string_value(json_array_get(dates, at++)));
        }
        ck_assert_uint_eq(at, json_array_size(dates));
    }
    json_decref(all);
}
END_TEST

Suite *weekend_suite(void);
Suite *weekend_suite(void)
{
    Suite *suite = suite_create("weekend");
    TCase *tests = tcase_create("weekend");
    tcase_add_test(tests, a_weekend_is_moved_as_its_rule_says);
    tcase_add_test(tests, the_shared_vectors_hold);
    suite_add_tcase(suite, tests);
    return suite;
}

#include <check.h>

#include "finance/date.h"
#include "finance/rules.h"

#define ACCOUNT  "0190f3a0-0000-7000-8000-000000000001"
#define CATEGORY "0190f3a0-0000-7000-8000-000000000002"

static const char *fault_of(struct arena *arena, const char *text, struct rule *rule)
{
    struct faults faults;
    faults_init(&faults, arena);
    json_t *value = json_read(arena, str_of(text), &faults);
    int result = value == NULL ? -1 : rule_read(value, "", arena, rule, &faults);
    ck_assert((result != 0) == (faults.count > 0));
    return faults.count == 0 ? NULL
                             : arena_printf(arena, "%s: %s", faults.list[0].pointer, faults.list[0].detail);
}

static struct rule rule_when(struct arena *arena, const char *when)
{
    struct rule rule;
    const char *text =
        arena_printf(arena, "{\"name\":\"r\",\"when\":%s,\"then\":{\"category_id\":\"" CATEGORY "\"}}", when);
    ck_assert_ptr_null(fault_of(arena, text, &rule));
    return rule;
}

START_TEST(a_condition_fits_what_it_says)
{
    static const struct {
        const char *when, *text, *payee;
        int64_t amount_minor;
        bool fits;
    } cases[] = {
        {"{\"text\":{\"contains\":\"CAFÉ  blue\"}}", "Card Cafe   Blue 12", "", -100, true},
        {"{\"text\":{\"contains\":\"blue\"}}", "Red", "Blue", -100, false},
        {"{\"payee\":{\"contains\":\"blue\"}}", "Red", "Blue", -100, true},
        {"{\"text\":{\"equals\":\"blue door\"}}", " BLUE DOOR ", "", -100, true},
        {"{\"text\":{\"equals\":\"blue door\"}}", "blue doors", "", -100, false},
        {"{\"text\":{\"starts_with\":\"amzn.com/\"}}", "AMZN.COM/BILL", "", -100, true},
        {"{\"text\":{\"starts_with\":\"com\"}}", "AMZN.COM/BILL", "", -100, false},
        {"{\"text\":{\"word\":\"bp\"}}", "BP-CONNECT 12", "", -100, true},
        {"{\"text\":{\"word\":\"bp\"}}", "bpost bp", "", -100, true},
        {"{\"text\":{\"word\":\"bp\"}}", "bpost abp", "", -100, false},
        {"{\"text\":{\"contains\":\"a\",\"starts_with\":\"b\"}}", "ba", "", -100, true},
        {"{\"text\":{\"contains\":\"a\",\"starts_with\":\"b\"}}", "ab", "", -100, false},
        {"{\"sign\":\"in\"}", "x", "", 100, true},
        {"{\"sign\":\"in\"}", "x", "", -100, false},
        {"{\"sign\":\"out\"}", "x", "", 0, false},
        {"{\"amount\":{\"min\":\"9.99\",\"max\":10}}", "x", "", -999, true},
        {"{\"amount\":{\"min\":\"9.99\",\"max\":10}}", "x", "", 1000, true},
        {"{\"amount\":{\"min\":\"9.99\",\"max\":10}}", "x", "", -1001, false},
        {"{\"amount\":{\"min\":\"9.995\"}}", "x", "", -999, false},
        {"{\"amount\":{\"min\":\"1\"}}", "x", "", INT64_MIN, true},
        {"{\"account_id\":\"" ACCOUNT "\"}", "x", "", 1, true},
        {"{\"account_id\":\"" CATEGORY "\"}", "x", "", 1, false},
        {"{\"date\":{\"from\":\"2024-02-29\",\"to\":\"2024-02-29\"}}", "x", "", 1, true},
        {"{\"date\":{\"from\":\"2024-03-01\"}}", "x", "", 1, false},
        {"{\"date\":{\"to\":\"2024-02-28\"}}", "x", "", 1, false},
        {"{\"date\":{\"to\":\"2024-02-29\"},\"sign\":\"out\"}", "x", "", 1, false},
    };
    struct arena arena;
    struct rule_row row = {
        .amount_minor = cases[_i].amount_minor, .exponent = 2, .date = date_from_civil(2024, 2, 29)};
    arena_init(&arena);
    ck_assert_int_eq(id_parse(STR(ACCOUNT), &row.account_id), 0);
    rule_row_set_text(&row, str_of(cases[_i].text), str_of(cases[_i].payee));
    struct rule rule = rule_when(&arena, cases[_i].when);
    ck_assert_msg(rule_matches(&rule, &row) == cases[_i].fits, "%s on %s", cases[_i].when, cases[_i].text);
    arena_free(&arena);
}
END_TEST

START_TEST(every_bad_rule_names_its_place)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"[]", ": must be an object"},
        {"{\"name\":\"a\",\"when\":{\"sign\":\"in\"},\"then\":{\"payee\":\"b\"},\"colour\":1}",
         "/colour: is not a known field"},
        {"{\"name\":\"a\",\"when\":{},\"then\":{\"payee\":\"b\"}}",
         "/when: must have a condition; a rule without one would fit everything"},
        {"{\"name\":\"a\",\"when\":{\"text\":{}},\"then\":{\"payee\":\"b\"}}",
         "/when/text: must have contains, equals, starts_with or word"},
        {"{\"name\":\"a\",\"when\":{\"text\":{\"contains\":\"  \"}},\"then\":{\"payee\":\"b\"}}",
         "/when/text/contains: has no letter, digit or sign to look for"},
        {"{\"name\":\"a\",\"when\":{\"sign\":\"both\"},\"then\":{\"payee\":\"b\"}}",
         "/when/sign: must be \"in\" or \"out\""},
        {"{\"name\":\"a\",\"when\":{\"amount\":{\"min\":\"-3\"}},\"then\":{\"payee\":\"b\"}}",
         "/when/amount/min: is a size and can't be negative; \"sign\" tells money in from money out"},
        {"{\"name\":\"a\",\"when\":{\"amount\":{\"min\":\"3\",\"max\":\"2\"}},\"then\":{\"payee\":\"b\"}}",
         "/when/amount: fits no amount: min is above max"},
        {"{\"name\":\"a\",\"when\":{\"amount\":{\"min\":\"1.23456\"}},\"then\":{\"payee\":\"b\"}}",
         "/when/amount/min: has more than 4 decimals"},
        {"{\"name\":\"a\",\"when\":{\"date\":{\"from\":\"2024-02-30\"}},\"then\":{\"payee\":\"b\"}}",
         "/when/date/from: must be a date that exists, as YYYY-MM-DD"},
        {"{\"name\":\"a\",\"when\":{\"date\":{\"from\":\"2024-03-01\",\"to\":\"2024-02-01\"}},\"then\":{"
         "\"payee\":\"b\"}}",
         "/when/date: fits no date: from is after to"},
        {"{\"name\":\"a\",\"when\":{\"sign\":\"in\"},\"then\":{}}",
         "/then: must have category_id, tags or payee; a rule without an action does nothing"},
        {"{\"name\":\"a\",\"when\":{\"sign\":\"in\"},\"then\":{\"tags\":[\"x\",\"\"]}}",
         "/then/tags/1: must be a string of 1 to 50 characters without control characters"},
        {"{\"when\":{\"sign\":\"in\"},\"then\":{\"payee\":\"b\"}}", "/name: is missing"},
    };
    struct arena arena;
    struct rule rule;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *fault = fault_of(&arena, cases[i].text, &rule);
        ck_assert_msg(fault != NULL, "%s was taken", cases[i].text);
        ck_assert_str_eq(fault, cases[i].fault);
    }
    arena_free(&arena);
}
END_TEST

Suite *rules_suite(void);

Suite *rules_suite(void)
{
    Suite *suite = suite_create("rules");
    TCase *tests = tcase_create("rules");
    tcase_add_loop_test(tests, a_condition_fits_what_it_says, 0, 26);
    tcase_add_test(tests, every_bad_rule_names_its_place);
    suite_add_tcase(suite, tests);
    return suite;
}

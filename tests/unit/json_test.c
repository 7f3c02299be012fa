#include <check.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/json.h"

struct body {
    const char *name, *amount;
    int64_t count;
};

static const struct json_field fields[] = {
    {"name", JSON_FIELD_TEXT, JSON_REQUIRED, 1, 5, offsetof(struct body, name)},
    {"amount", JSON_FIELD_DECIMAL, 0, 0, 0, offsetof(struct body, amount)},
    {"count", JSON_FIELD_INT, 0, 1, 9, offsetof(struct body, count)},
};

/* Reads and decodes; gives the first fault's pointer and words, or NULL. */
static const char *fault_of(struct arena *arena, const char *text, struct body *body)
{
    struct faults faults;
    faults_init(&faults, arena);
    json_t *value = json_read(arena, str_of(text), &faults);
    int result = value == NULL ? -1 : JSON_DECODE(value, "", fields, body, arena, &faults);
    ck_assert((result != 0) == (faults.count > 0));
    return faults.count == 0 ? NULL
                             : arena_printf(arena, "%s: %s", faults.list[0].pointer, faults.list[0].detail);
}

START_TEST(every_bad_body_names_its_place)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"{\"name\":\"a\",\"colour\":1}", "/colour: is not a known field"},
        {"{\"name\":\"a\",\"name\":\"b\"}", "/name: duplicate object key near '\"name\"'"},
        {"{\"name\":\"a\",\"amount\":1e400}", "/amount: is out of range: real number overflow near '1e400'"},
        {"{\"name\":\"a\",\"amount\":24.470000000000000001}",
         "/amount: a number with more than 15 significant digits is not exact; send it as a string"},
        {"{\"name\":\"a\",\"count\":9223372036854775808}",
         "/count: is out of range: too big integer near '9223372036854775808'"},
        {"{\"name\":\"a\",\"count\":10}", "/count: the number must be from 1 to 9"},
        {"{\"count\":1}", "/name: is missing"},
        {"{\"name\":\"abcdef\"}", "/name: has 6 characters; it must have from 1 to 5"},
        {"{\"name\":\"a\\nb\"}", "/name: has a control character"},
        {"{\"name\":\"a\\u0000b\"}", "/name: has a NUL character"},
        {"{\"name\":7}", "/name: must be a string"},
        {"[]", ": must be an object"},
        {"", ": the body is empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena);
        struct body body = {0};
        ck_assert_str_eq(fault_of(&arena, cases[i].text, &body), cases[i].fault);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(a_fault_deep_inside_is_found)
{
    struct arena arena;
    arena_init(&arena);
    struct faults faults;
    faults_init(&faults, &arena);
    ck_assert_ptr_null(json_read(&arena, STR("{\"a\":[1,{\"b/c\":\"\\ud800\"}]}"), &faults));
    ck_assert_str_eq(faults.list[0].pointer, "/a/1/b~1c");
    struct buf deep;
    buf_init(&deep, 1000);
    for (int i = 0; i < 65; i++)
        buf_add_char(&deep, '[');
    ck_assert_ptr_null(json_read(&arena, (struct str){deep.data, deep.size}, &faults));
    ck_assert_str_eq(faults.list[1].detail, "nested deeper than 64 levels");
    buf_free(&deep);
    arena_free(&arena);
}
END_TEST

START_TEST(a_value_that_nobody_takes_is_told_from_a_broken_document)
{
    static const struct {
        const char *text;
        bool is_of_value;
    } cases[] = {
        {"{\"a\":\"\\u0000\"}", true},   {"[1e400]", true},
        {"[9223372036854775808]", true}, {"[0.1234567890123456]", true},
        {"{\"a\":1,\"a\":2}", false},    {"[1", false},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct faults faults;
        faults_init(&faults, &arena);
        ck_assert_ptr_null(json_read(&arena, str_of(cases[i].text), &faults));
        ck_assert_msg(faults.is_of_value == cases[i].is_of_value, "%s", cases[i].text);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(decimals_keep_their_digits)
{
    static const struct {
        const char *text, *amount;
    } cases[] = {
        {"{\"name\":\"a\",\"amount\":24.47}", "24.47"},
        {"{\"name\":\"a\",\"amount\":-10}", "-10"},
        {"{\"name\":\"a\",\"amount\":\"10.00\"}", "10.00"},
        {"{\"name\":\"a\",\"amount\":1e-7}", "0.0000001"},
        {"{\"name\":\"a\",\"amount\":1.25e3}", "1250"},
        {"{\"name\":\"a\",\"amount\":2e18}", "2000000000000000000"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena);
        struct body body = {0};
        ck_assert_ptr_null(fault_of(&arena, cases[i].text, &body));
        ck_assert_str_eq(body.amount, cases[i].amount);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(a_number_that_was_read_is_written_as_it_came)
{
    static const char *const texts[] = {"2.22", "[0.1,-1234567890.12345,1e300]", "{\"a\":9007199254740993}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena;
        struct faults faults;
        arena_init(&arena);
        faults_init(&faults, &arena);
        ck_assert_str_eq(json_write(&arena, json_read(&arena, str_of(texts[i]), &faults)), texts[i]);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(a_quoted_string_reads_back_as_itself)
{
    struct arena arena;
    arena_init(&arena);
    struct faults faults;
    faults_init(&faults, &arena);
    const char *quoted = json_quote(&arena, STR("a\"b\\\n\x7f\xc3\xa9"));
    json_t *value = json_read(&arena, str_of(quoted), &faults);
    ck_assert_str_eq(json_string_value(value), "a\"b\\\n\x7f\xc3\xa9");
    arena_free(&arena);
}
END_TEST

START_TEST(what_is_written_is_read_again)
{
    static const char *const texts[] = {"3e14", "24.47", "-0.1", "1e300", "[0.10000,123456789012345,1.5e-9]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena;
        arena_init(&arena);
        struct faults faults;
        faults_init(&faults, &arena);
        const char *text = json_write(&arena, json_read(&arena, str_of(texts[i]), &faults));
        json_t *again = json_read(&arena, str_of(text), &faults);
        ck_assert_int_eq(faults.count, 0);
        ck_assert_str_eq(json_write(&arena, again), text);
        arena_free(&arena);
    }
}
END_TEST

Suite *json_suite(void);
Suite *json_suite(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("json");
    tcase_add_test(tests, every_bad_body_names_its_place);
    tcase_add_test(tests, a_fault_deep_inside_is_found);
    tcase_add_test(tests, a_value_that_nobody_takes_is_told_from_a_broken_document);
    tcase_add_test(tests, decimals_keep_their_digits);
    tcase_add_test(tests, a_number_that_was_read_is_written_as_it_came);
    tcase_add_test(tests, a_quoted_string_reads_back_as_itself);
    tcase_add_test(tests, what_is_written_is_read_again);
    suite_add_tcase(suite, tests);
    return suite;
}

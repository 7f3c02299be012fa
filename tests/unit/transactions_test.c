#include <check.h>

#include "base/arena.h"
#include "ledger/transactions.h"

#define ACCOUNT "\"account_id\":\"0190a000-0000-7000-8000-000000000001\""

static const char *first_fault(struct arena *arena, const char *text)
{
    struct faults faults;
    faults_init(&faults, arena);
    struct new_transaction *list;
    size_t count;
    json_t *body = json_read(arena, str_of(text), &faults);
    if (body != NULL && transactions_read(body, arena, &list, &count, &faults) == 0)
        return "none";
    return arena_printf(arena, "%s %s", faults.list[0].pointer, faults.list[0].detail);
}

START_TEST(each_mistake_is_named_with_its_place)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"{" ACCOUNT ",\"amount\":10,\"date\":\"2026-02-28\",\"description\":\"a\"}", "none"},
        {"{\"transactions\":[{" ACCOUNT
         ",\"amount\":\"10.00\",\"date\":\"2026-02-28\",\"description\":\"a\"}]}",
         "none"},
        {"{" ACCOUNT ",\"amount\":10,\"date\":\"2026-02-30\",\"description\":\"a\"}",
         "/date must be a date that exists, as YYYY-MM-DD"},
        {"{\"transactions\":[]}", "/transactions the number of elements must be from 1 to 5000"},
        {"{\"transactions\":[{" ACCOUNT ",\"amount\":1,\"date\":\"2026-02-28\",\"description\":\"\"}]}",
         "/transactions/0/description has 0 characters; it must have from 1 to 500"},
        {"{" ACCOUNT ",\"amount\":true,\"date\":\"2026-02-28\",\"description\":\"a\"}",
         "/amount must be a decimal number"},
        {"{" ACCOUNT ",\"amount\":1,\"date\":\"2026-02-28\",\"description\":\"a\",\"status\":\"maybe\"}",
         "/status must be booked or pending"},
        {"{" ACCOUNT ",\"amount\":1,\"date\":\"2026-02-28\",\"description\":\"a\",\"tags\":[\"ok\",7]}",
         "/tags/1 must be a string of 1 to 50 characters without control characters"},
        {"{" ACCOUNT ",\"amount\":1,\"date\":\"2026-02-28\"}", "/description is missing"},
        {"7", " must be an object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena;
        arena_init(&arena);
        ck_assert_str_eq(first_fault(&arena, cases[i].text), cases[i].fault);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(what_goes_into_a_job_comes_out_of_it)
{
    struct arena arena;
    arena_init(&arena);
    struct faults faults;
    faults_init(&faults, &arena);
    struct id account = id_new(), category = id_new(), user = id_new();
    struct new_transaction in = {.id = id_new(),
                                 .account_id = &account,
                                 .category_id = &category,
                                 .amount_minor = -2447,
                                 .currency = "EUR",
                                 .date = 20000,
                                 .description = "Caf\xc3\xa9",
                                 .status = "pending",
                                 .tags = json_own(&arena, json_pack("[s]", "food"))};
    const char *text = transactions_write_args(&arena, &user, &in, 1);
    struct new_transaction *out;
    size_t count;
    json_t *args = json_read(&arena, str_of(text), &faults);
    ck_assert_int_eq(transactions_read_args(args, &arena, &out, &count, &faults), 0);
    ck_assert_int_eq(count, 1);
    ck_assert(id_equal(&out->id, &in.id) && id_equal(&out->user_id, &user) &&
              id_equal(out->account_id, &account));
    ck_assert(id_equal(out->category_id, &category));
    ck_assert_int_eq(out->amount_minor, -2447);
    ck_assert_int_eq(out->date, 20000);
    ck_assert_str_eq(out->description, "Caf\xc3\xa9");
    ck_assert_str_eq(out->status, "pending");
    ck_assert_ptr_null(out->payee);
    ck_assert_int_eq(json_array_size(out->tags), 1);
    arena_free(&arena);
}
END_TEST

Suite *transactions_suite(void);
Suite *transactions_suite(void)
{
    Suite *suite = suite_create("transactions");
    TCase *tests = tcase_create("transactions");
    tcase_add_test(tests, each_mistake_is_named_with_its_place);
    tcase_add_test(tests, what_goes_into_a_job_comes_out_of_it);
    suite_add_tcase(suite, tests);
    return suite;
}

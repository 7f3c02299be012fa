#include <check.h>
#include <string.h>

#include "finance/fingerprint.h"

static const struct id account = {{1}};

static const uint8_t *print_of(const char *text, const char *reference, int64_t minor)
{
    static uint8_t prints[8][FINGERPRINT_SIZE];
    static int next;
    uint8_t *print = prints[next++ % 8];
    fingerprint_make(&(struct bank_row){&account, 20000, minor, "EUR", str_of(text), str_of(reference)},
                     print);
    return print;
}

START_TEST(white_space_is_no_part_of_a_row)
{
    ck_assert_mem_eq(print_of("  CARD  5\tCAFE ", "r", 5), print_of("CARD 5 CAFE", "r", 5), FINGERPRINT_SIZE);
    ck_assert_mem_ne(print_of("CARD5 CAFE", "r", 5), print_of("CARD 5 CAFE", "r", 5), FINGERPRINT_SIZE);
}
END_TEST

START_TEST(text_and_reference_do_not_run_into_each_other)
{
    ck_assert_mem_ne(print_of("ab", "c", 5), print_of("a", "bc", 5), FINGERPRINT_SIZE);
    ck_assert_mem_ne(print_of("a", "", 5), print_of("", "a", 5), FINGERPRINT_SIZE);
    ck_assert_mem_ne(print_of("a", "", 5), print_of("a", "", -5), FINGERPRINT_SIZE);
}
END_TEST

START_TEST(occurrences_count_each_row_of_a_large_file)
{
    struct occurrences *occurrences = occurrences_new();
    for (int round = 0; round < 3; round++) {
        for (int64_t i = 0; i < 20000; i++) {
            uint8_t print[FINGERPRINT_SIZE];
            hash_sha256(&i, sizeof i, print);
            ck_assert_int_eq(occurrences_count(occurrences, print), round);
        }
    }
    occurrences_free(occurrences);
}
END_TEST

Suite *fingerprint_suite(void);
Suite *fingerprint_suite(void)
{
    Suite *suite = suite_create("fingerprint");
    TCase *tests = tcase_create("fingerprint");
    tcase_add_test(tests, white_space_is_no_part_of_a_row);
    tcase_add_test(tests, text_and_reference_do_not_run_into_each_other);
    tcase_add_test(tests, occurrences_count_each_row_of_a_large_file);
    suite_add_tcase(suite, tests);
    return suite;
}

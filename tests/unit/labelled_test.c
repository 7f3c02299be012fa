/* The bench's reader of labelled transactions takes whatever CSV a stranger has. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/labelled.h"

static struct arena arena;
static struct labelled_file file;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_free(&arena);
}

static void read_text(const char *text)
{
    char path[] = "/tmp/purser-labelled-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    FILE *out = fdopen(fd, "w");
    fputs(text, out);
    fclose(out);
    labelled_read(path, &arena, &file);
    unlink(path);
}

START_TEST(quotes_line_ends_a_mark_and_other_columns_are_taken)
{
    read_text("\xef\xbb\xbf"
              "Category,bank,user,Amount,description,date\r\n"
              "Food,b,u,-4.20,\"Caf\xc3\xa9, \"\"Le Coin\"\"\",2024-01-02\r\n"
              "Rent,b,u,\"-1,234.56\",\"two\r\nlines\",2024-01-03T10:00:00Z\r\n"
              "Pay,b,u,2e3,,2024-01-04");
    ck_assert_uint_eq(file.row_count, 3);
    ck_assert_uint_eq(file.skipped, 0);
    ck_assert_str_eq(file.rows[0].description, "Caf\xc3\xa9, \"Le Coin\"");
    ck_assert_str_eq(file.rows[0].text->key, "cafe le coin");
    ck_assert_int_eq(file.rows[0].amount_minor, -420);
    ck_assert_int_eq(file.rows[1].amount_minor, -123456);
    ck_assert_str_eq(file.rows[1].description, "two\r\nlines");
    ck_assert_int_eq(file.rows[1].date, file.rows[0].date + 1);
    ck_assert_int_eq(file.rows[2].amount_minor, 200000);
    ck_assert_str_eq(file.rows[2].description, "");
}
END_TEST

START_TEST(rows_are_each_users_in_time_order)
{
    read_text("date,description,amount,user,category\n"
              "2024-01-03,c,1,b,x\n2024-01-02,a,1,a,x\n2024-01-01,b,1,b,x\n2024-01-03,d,1,b,x\n2024-01-01,e,"
              "1,,x\n");
    const char *order[] = {"b", "c", "d", "a", "e"};
    ck_assert_uint_eq(file.user_count, 3);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(file.rows[i].description, order[i]);
    ck_assert_uint_eq(file.users[0].to, 3);
    ck_assert_uint_eq(file.users[1].from, 3);
    ck_assert_uint_eq(file.users[2].to, 5);
}
END_TEST

START_TEST(what_is_no_labelled_transaction_is_left_out_and_counted)
{
    read_text("date,description,amount,category\n"
              "2024-02-30,x,1,c\n2024-02-03,x,many,c\n2024-02-03,x,1e400,c\n2024-02-03,x,1,\n2024-02-03\n"
              "2024-02-03,x,1,c\n");
    ck_assert_uint_eq(file.row_count, 1);
    ck_assert_uint_eq(file.skipped, 5);
    ck_assert_uint_eq(file.user_count, 1);
}
END_TEST

Suite *labelled_suite(void);

Suite *labelled_suite(void)
{
    Suite *suite = suite_create("labelled");
    TCase *tests = tcase_create("labelled");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, quotes_line_ends_a_mark_and_other_columns_are_taken);
    tcase_add_test(tests, rows_are_each_users_in_time_order);
    tcase_add_test(tests, what_is_no_labelled_transaction_is_left_out_and_counted);
    suite_add_tcase(suite, tests);
    return suite;
}

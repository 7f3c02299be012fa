#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/seal.h"

static char folder[64];
static struct arena arena;

static void set_up(void)
{
    snprintf(folder, sizeof folder, "/tmp/purser-seal-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    arena_init(&arena);
}

static const char *path(void)
{
    return arena_printf(&arena, "%s/secret.key", folder);
}

static void tear_down(void)
{
    unlink(path());
    rmdir(folder);
    arena_free(&arena);
}

START_TEST(what_was_sealed_opens_again_and_only_with_the_same_key)
{
    struct seal_key key = {{1}}, other = seal_derive(&key, "other");
    char *sealed = seal_close(&arena, &key, STR("K7QX3M"));
    ck_assert_ptr_null(strstr(sealed, "K7QX3M"));
    ck_assert_str_ne(sealed, seal_close(&arena, &key, STR("K7QX3M")));
    struct str plain;
    struct err err;
    ck_assert_int_eq(seal_open(&arena, &key, str_of(sealed), &plain, &err), 0);
    ck_assert_str_eq(plain.data, "K7QX3M");
    ck_assert_int_eq(seal_open(&arena, &other, str_of(sealed), &plain, &err), -1);
    ck_assert_int_eq(err.class, ERR_REJECT);
}
END_TEST

START_TEST(a_changed_or_cut_text_does_not_open)
{
    struct seal_key key = {{1}};
    char *sealed = seal_close(&arena, &key, STR("secret"));
    struct str plain;
    for (size_t i = 0; i < strlen(sealed); i++) {
        char *changed = arena_strdup(&arena, sealed);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        ck_assert_int_eq(seal_open(&arena, &key, str_of(changed), &plain, NULL), -1);
        ck_assert_int_eq(seal_open(&arena, &key, (struct str){sealed, i}, &plain, NULL), -1);
    }
    ck_assert_int_eq(seal_open(&arena, &key, str_of(arena_printf(&arena, "%sA", sealed)), &plain, NULL), -1);
}
END_TEST

START_TEST(the_key_file_is_made_once_and_must_be_private)
{
    struct seal_key first, second;
    struct err err;
    ck_assert_int_eq(seal_load(folder, &first, &err), -1);
    ck_assert_int_eq(seal_make(folder, &err), 0);
    ck_assert_int_eq(seal_load(folder, &first, &err), 0);
    ck_assert_int_eq(seal_make(folder, &err), 0);
    ck_assert_int_eq(seal_load(folder, &second, &err), 0);
    ck_assert_mem_eq(&first, &second, sizeof first);
    ck_assert_int_eq(chmod(path(), 0640), 0);
    ck_assert_int_eq(seal_load(folder, &first, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "0600"));
    ck_assert_int_eq(chmod(path(), 0600), 0);
    ck_assert_int_eq(truncate(path(), 31), 0);
    ck_assert_int_eq(seal_load(folder, &first, &err), -1);
}
END_TEST

Suite *seal_suite(void);
Suite *seal_suite(void)
{
    Suite *suite = suite_create("seal");
    TCase *tests = tcase_create("seal");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_was_sealed_opens_again_and_only_with_the_same_key);
    tcase_add_test(tests, a_changed_or_cut_text_does_not_open);
    tcase_add_test(tests, the_key_file_is_made_once_and_must_be_private);
    suite_add_tcase(suite, tests);
    return suite;
}

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/signing.h"

static char folder[64];
static struct arena arena;

static void set_up(void)
{
    strcpy(folder, "/tmp/purser-signing-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    arena_init(&arena);
}

static const char *path(const char *name)
{
    return arena_printf(&arena, "%s/%s", folder, name);
}

static void tear_down(void)
{
    unlink(path("es256.pem"));
    unlink(path("es256.old.pem"));
    unlink(path("secret.key"));
    rmdir(folder);
    arena_free(&arena);
}

START_TEST(a_made_key_is_private_and_loads_the_same_each_time)
{
    struct signing_keys first, second;
    struct err err;
    ck_assert_int_eq(signing_load(folder, &first, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "purser keys"));
    ck_assert_int_eq(signing_make(folder, &err), 0);
    struct stat about;
    ck_assert_int_eq(stat(path("es256.pem"), &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0600);
    ck_assert_int_eq(signing_load(folder, &first, &err), 0);
    ck_assert_int_eq(signing_make(folder, &err), 0);
    ck_assert_int_eq(signing_load(folder, &second, &err), 0);
    ck_assert_str_eq(first.current.kid, second.current.kid);
    ck_assert_uint_eq(strlen(first.current.kid), 43);
    ck_assert_uint_eq(strlen(first.current.x), 43);
    ck_assert(!first.has_old);
    ck_assert_ptr_nonnull(strstr(first.current.public_pem, "BEGIN PUBLIC KEY"));
    ck_assert_int_eq(chmod(path("es256.pem"), 0644), 0);
    ck_assert_int_eq(signing_load(folder, &first, &err), -1);
}
END_TEST

START_TEST(the_former_key_is_loaded_beside_the_current_one)
{
    struct signing_keys before, after;
    struct err err;
    ck_assert_int_eq(signing_make(folder, &err), 0);
    ck_assert_int_eq(signing_load(folder, &before, &err), 0);
    ck_assert_int_eq(rename(path("es256.pem"), path("es256.old.pem")), 0);
    ck_assert_int_eq(signing_make(folder, &err), 0);
    ck_assert_int_eq(signing_load(folder, &after, &err), 0);
    ck_assert(after.has_old);
    ck_assert_str_eq(after.old.kid, before.current.kid);
    ck_assert_str_ne(after.current.kid, before.current.kid);
}
END_TEST

Suite *signing_suite(void);
Suite *signing_suite(void)
{
    Suite *suite = suite_create("signing");
    TCase *tests = tcase_create("signing");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_made_key_is_private_and_loads_the_same_each_time);
    tcase_add_test(tests, the_former_key_is_loaded_beside_the_current_one);
    suite_add_tcase(suite, tests);
    return suite;
}

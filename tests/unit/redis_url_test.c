#include <check.h>
#include <string.h>

#include "queue/redis.h"

START_TEST(each_form_of_a_redis_url_is_read)
{
    struct redis_address address;
    struct err err = {0};
    ck_assert_int_eq(redis_parse_url("redis://localhost", &address, &err), 0);
    ck_assert_str_eq(address.host, "localhost");
    ck_assert_int_eq(address.port, 6379);
    ck_assert_int_eq(redis_parse_url("redis://:p%40ss@10.0.0.1:7000/3", &address, &err), 0);
    ck_assert_str_eq(address.password, "p@ss");
    ck_assert_str_eq(address.user, "");
    ck_assert_int_eq(address.port, 7000);
    ck_assert_int_eq(address.db, 3);
    ck_assert_int_eq(redis_parse_url("redis://me:secret@[::1]:7001", &address, &err), 0);
    ck_assert_str_eq(address.user, "me");
    ck_assert_str_eq(address.host, "::1");
    ck_assert_int_eq(address.port, 7001);
    ck_assert_int_eq(redis_parse_url("unix:/run/redis.sock?db=2", &address, &err), 0);
    ck_assert_str_eq(address.path, "/run/redis.sock");
    ck_assert_int_eq(address.db, 2);
}
END_TEST

START_TEST(a_wrong_redis_url_is_refused_without_its_password)
{
    static const char *const urls[] = {"http://x",
                                       "redis://",
                                       "redis://:hunter2@",
                                       "redis://:hunter2@h:99999",
                                       "redis://:hunter2@h/x",
                                       "unix:",
                                       "redis://:hunter2%zz@h"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct redis_address address;
        struct err err = {0};
        ck_assert_msg(redis_parse_url(urls[i], &address, &err) == -1, "%s", urls[i]);
        ck_assert_int_eq(err.class, ERR_REJECT);
        ck_assert(strstr(err.text, "hunter2") == NULL);
    }
}
END_TEST

Suite *redis_url_suite(void);
Suite *redis_url_suite(void)
{
    Suite *suite = suite_create("redis_url");
    TCase *tests = tcase_create("redis_url");
    tcase_add_test(tests, each_form_of_a_redis_url_is_read);
    tcase_add_test(tests, a_wrong_redis_url_is_refused_without_its_password);
    suite_add_tcase(suite, tests);
    return suite;
}

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <string.h>

#include "mail/webhook.h"

static bool is_private(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return webhook_is_private((struct sockaddr *)&v4);
    ck_assert_int_eq(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return webhook_is_private((struct sockaddr *)&v6);
}

START_TEST(addresses_of_the_inside_are_refused)
{
    static const char *const inside[] = {"0.0.0.0",
                                         "10.1.2.3",
                                         "100.64.0.1",
                                         "127.0.0.1",
                                         "127.255.255.255",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.168.1.1",
                                         "198.18.0.1",
                                         "224.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "::ffff:10.0.0.1",
                                         "::ffff:127.0.0.1",
                                         "fc00::1",
                                         "fd12::1",
                                         "fe80::1",
                                         "ff02::1",
                                         "64:ff9b::a00:1",
                                         "2002:a00:1::",
                                         "2001:db8::1",
                                         "2001::1"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        ck_assert_msg(is_private(inside[i]), "%s", inside[i]);
}
END_TEST

START_TEST(public_addresses_are_fine)
{
    static const char *const outside[] = {
        "1.1.1.1",     "9.255.255.255",   "11.0.0.1",        "100.128.0.1",     "172.15.0.1",    "172.32.0.1",
        "192.169.0.1", "223.255.255.255", "2606:4700::1111", "2001:4860::8888", "::ffff:1.1.1.1"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        ck_assert_msg(!is_private(outside[i]), "%s", outside[i]);
}
END_TEST

START_TEST(urls_that_are_not_https_are_refused)
{
    static const char *const bad[] = {"http://example.org/",
                                      "ftp://example.org/",
                                      "https://u:p@example.org/",
                                      "file:///etc/passwd",
                                      "example",
                                      "https://127.0.0.1/",
                                      "https://0x7f000001/",
                                      "https://[::1]:8443/",
                                      "https://[::ffff:10.0.0.1]/",
                                      "https://169.254.169.254/latest/meta-data",
                                      ""};
    struct err err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_int_eq(webhook_check_url(bad[i], false, &err), -1);
    ck_assert_int_eq(webhook_check_url("https://example.org/hook?a=1", false, &err), 0);
    ck_assert_int_eq(webhook_check_url("https://[2606:4700::1111]/", false, &err), 0);
    ck_assert_int_eq(webhook_check_url("http://localhost:1/", true, &err), 0);
    ck_assert_int_eq(webhook_check_url("http://127.0.0.1:1/", true, &err), 0);
    ck_assert_int_eq(webhook_check_url("file:///etc/passwd", true, &err), -1);
}
END_TEST

START_TEST(a_secret_has_24_to_64_bytes)
{
    struct arena arena;
    struct str secret;
    struct err err;
    arena_init(&arena);
    ck_assert_int_eq(webhook_read_secret(&arena, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &secret, &err), 0);
    ck_assert_uint_eq(secret.size, 24);
    ck_assert_int_eq(webhook_read_secret(&arena, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &secret, &err), -1);
    ck_assert_int_eq(webhook_read_secret(&arena, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La", &secret, &err), -1);
    ck_assert_int_eq(webhook_read_secret(&arena, "whsec_%%%%", &secret, &err), -1);
    arena_free(&arena);
}
END_TEST

Suite *webhook_suite(void);
Suite *webhook_suite(void)
{
    Suite *suite = suite_create("webhook");
    TCase *tests = tcase_create("all");
    tcase_add_test(tests, addresses_of_the_inside_are_refused);
    tcase_add_test(tests, public_addresses_are_fine);
    tcase_add_test(tests, urls_that_are_not_https_are_refused);
    tcase_add_test(tests, a_secret_has_24_to_64_bytes);
    suite_add_tcase(suite, tests);
    return suite;
}

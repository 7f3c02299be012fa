#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/email.h"
#include "api/known_accounts.h"
#include "api/profile.h"
#include "api/secrets.h"
#include "api/token.h"
#include "api/token_cache.h"
#include "api/tries.h"

static struct arena arena;

static void set_up(void)
{
    arena_init(&arena);
}

static void tear_down(void)
{
    arena_free(&arena);
}

START_TEST(a_minted_token_is_good_until_it_expires)
{
    char folder[] = "/tmp/purser-auth-XXXXXX";
    struct signing_keys keys;
    struct err err;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(signing_make(folder, &err), 0);
    ck_assert_int_eq(signing_load(folder, &keys, &err), 0);
    unlink(arena_printf(&arena, "%s/es256.pem", folder));
    unlink(arena_printf(&arena, "%s/secret.key", folder));
    rmdir(folder);
    struct token_rules rules = {&keys, "iss", "aud"}, other = {&keys, "iss", "other"};
    struct token_claims claims = {id_new(), id_new(), id_new(), 1000, 1900}, read;
    struct str token = str_of(token_mint(&arena, &rules, &claims, "user"));
    ck_assert_int_eq(token_verify(&arena, &rules, token, 1899999, &read), TOKEN_GOOD);
    ck_assert(id_equal(&read.user, &claims.user) && id_equal(&read.session, &claims.session));
    ck_assert_int_eq(token_verify(&arena, &rules, token, 1900000, &read), TOKEN_EXPIRED);
    ck_assert_int_eq(token_verify(&arena, &other, token, 1000000, &read), TOKEN_FORGED);
    for (size_t i = 0; i < token.size; i += 7) {
        char *changed = arena_memdup(&arena, token.data, token.size);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        ck_assert_int_ne(token_verify(&arena, &rules, str_of(changed), 1000000, &read), TOKEN_GOOD);
    }
}
END_TEST

START_TEST(the_cache_forgets_the_least_lately_used)
{
    struct token_cache *cache = token_cache_new(3);
    uint8_t digests[4][HASH_SIZE];
    for (int i = 0; i < 4; i++) {
        hash_sha256(&i, sizeof i, digests[i]);
        struct token_claims claims = {.expires_s = i};
        if (i == 3)
            ck_assert_int_eq(token_cache_find(cache, digests[0])->expires_s, 0); /* 1 is now the oldest */
        token_cache_add(cache, digests[i], &claims);
        token_cache_add(cache, digests[i], &claims);
    }
    ck_assert_ptr_nonnull(token_cache_find(cache, digests[0]));
    ck_assert_ptr_null(token_cache_find(cache, digests[1]));
    ck_assert_int_eq(token_cache_find(cache, digests[2])->expires_s, 2);
    ck_assert_int_eq(token_cache_find(cache, digests[3])->expires_s, 3);
    token_cache_free(cache);
}
END_TEST

START_TEST(the_cache_keeps_its_bound_under_many_tokens)
{
    struct token_cache *cache = token_cache_new(50);
    uint8_t digest[HASH_SIZE];
    for (int i = 0; i < 5000; i++) {
        hash_sha256(&i, sizeof i, digest);
        token_cache_add(cache, digest, &(struct token_claims){.expires_s = i});
    }
    for (int i = 0; i < 5000; i++) {
        hash_sha256(&i, sizeof i, digest);
        ck_assert_int_eq(token_cache_find(cache, digest) != NULL, i >= 4950);
    }
    token_cache_free(cache);
}
END_TEST

START_TEST(wrong_tries_close_a_name_until_the_window_ends)
{
    struct tries *tries = tries_new(3, 1000);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(tries_wait_ms(tries, "a", 5000), 0);
        tries_add(tries, "a", 5000 + i);
    }
    ck_assert_int_eq(tries_wait_ms(tries, "a", 5400), 600);
    ck_assert_int_eq(tries_wait_ms(tries, "b", 5400), 0);
    ck_assert_int_eq(tries_wait_ms(tries, "a", 6000), 0);
    tries_add(tries, "a", 6000); /* a new window */
    ck_assert_int_eq(tries_wait_ms(tries, "a", 6001), 0);
    tries_free(tries);
}
END_TEST

START_TEST(a_right_password_forgets_the_wrong_ones)
{
    struct tries *tries = tries_new(1, 1000);
    tries_add(tries, "a", 5000);
    ck_assert_int_gt(tries_wait_ms(tries, "a", 5001), 0);
    tries_forget(tries, "a");
    ck_assert_int_eq(tries_wait_ms(tries, "a", 5001), 0);
    tries_free(tries);
}
END_TEST

START_TEST(a_code_reads_as_people_type_it)
{
    ck_assert_str_eq(secret_read_code(&arena, " k7q-x3m "), "K7QX3M");
    ck_assert_ptr_null(secret_read_code(&arena, "K7QX3"));
    ck_assert_ptr_null(secret_read_code(&arena, "K7QX3MM"));
    ck_assert_ptr_null(secret_read_code(&arena, "K7QX3\xc3\xa9"));
    char code[SECRET_CODE_SIZE], token[SECRET_TOKEN_SIZE];
    for (int i = 0; i < 100; i++) {
        secret_new_code(code);
        ck_assert_str_eq(secret_read_code(&arena, code), code);
        ck_assert_ptr_null(strpbrk(code, "01ILOU"));
    }
    secret_new_token(token);
    ck_assert(secret_is_token(token));
    token[42] = '!';
    ck_assert(!secret_is_token(token));
}
END_TEST

START_TEST(hashes_differ_by_kind_context_and_key)
{
    struct seal_key key = {{1}}, other = {{2}};
    uint8_t digests[5][HASH_SIZE];
    secret_hash(&key, SECRET_CODE, "register a@b.c", "K7QX3M", digests[0]);
    secret_hash(&key, SECRET_CODE, "register d@b.c", "K7QX3M", digests[1]);
    secret_hash(&key, SECRET_REFRESH, "register a@b.c", "K7QX3M", digests[2]);
    secret_hash(&other, SECRET_CODE, "register a@b.c", "K7QX3M", digests[3]);
    secret_hash(&key, SECRET_CODE, "register a@b.cK", "7QX3M", digests[4]);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < i; j++)
            ck_assert_mem_ne(digests[i], digests[j], HASH_SIZE);
}
END_TEST

START_TEST(one_address_has_one_form)
{
    struct faults faults;
    faults_init(&faults, &arena);
    ck_assert_str_eq(email_normalise(&arena, "Ann.Lee@Example.ORG", "/email", &faults),
                     "ann.lee@example.org");
    ck_assert_str_eq(email_normalise(&arena, "E\xcc\x81@x.org", "/email", &faults), "\xc3\xa9@x.org");
    ck_assert_uint_eq(faults.count, 0);
    ck_assert_ptr_null(email_normalise(&arena, "Ann <a@b.c>", "/email", &faults));
    ck_assert_ptr_null(email_normalise(&arena, "a@b.c\n", "/email", &faults));
    ck_assert_uint_eq(faults.count, 2);
    ck_assert_str_eq(faults.list[0].pointer, "/email");
}
END_TEST

START_TEST(an_account_is_known_to_its_user_only)
{
    struct known_accounts *known = known_accounts_new();
    struct id account = id_new(), user = id_new(), other = id_new();
    ck_assert_ptr_null(known_accounts_find(known, &account, &user));
    known_accounts_add(known, &account, &user, currency_find(STR("JPY")));
    ck_assert_str_eq(known_accounts_find(known, &account, &user)->code, "JPY");
    ck_assert_ptr_null(known_accounts_find(known, &account, &other));
    known_accounts_free(known);
}
END_TEST

START_TEST(usernames_are_plain)
{
    static const struct {
        const char *name;
        size_t faults;
    } cases[] = {{"ann", 0}, {"A.n-n_1", 0},     {"1st", 0}, {".ann", 1},
                 {"a b", 1}, {"ann\xc3\xa9", 1}, {"", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct faults faults;
        faults_init(&faults, &arena);
        profile_check_username(cases[i].name, &faults);
        ck_assert_msg(faults.count == cases[i].faults, "%s", cases[i].name);
    }
}
END_TEST

Suite *auth_suite(void);
Suite *auth_suite(void)
{
    Suite *suite = suite_create("auth");
    TCase *tests = tcase_create("auth");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_minted_token_is_good_until_it_expires);
    tcase_add_test(tests, the_cache_forgets_the_least_lately_used);
    tcase_add_test(tests, the_cache_keeps_its_bound_under_many_tokens);
    tcase_add_test(tests, wrong_tries_close_a_name_until_the_window_ends);
    tcase_add_test(tests, a_right_password_forgets_the_wrong_ones);
    tcase_add_test(tests, a_code_reads_as_people_type_it);
    tcase_add_test(tests, hashes_differ_by_kind_context_and_key);
    tcase_add_test(tests, one_address_has_one_form);
    tcase_add_test(tests, an_account_is_known_to_its_user_only);
    tcase_add_test(tests, usernames_are_plain);
    suite_add_tcase(suite, tests);
    return suite;
}

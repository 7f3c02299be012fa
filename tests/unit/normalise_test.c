#include <check.h>
#include <stdlib.h>

#include "finance/normalise.h"
#include "finance/normalise_words.h"

START_TEST(a_bank_text_becomes_the_words_that_name_the_merchant)
{
    static const struct {
        const char *raw, *key, *means;
    } cases[] = {
        {"POS PURCHASE Blue Door Bakery 0812 15 Nov", "blue door bakery", "pos purchase"},
        {"SQ *BLUE DOOR BAKERY", "blue door bakery", ""},
        {"SumUp  *Blue Door Bakery", "blue door bakery", ""},
        {"PAYPAL *BLUEDOOR", "bluedoor", ""},
        {"PayPal", "paypal", ""},
        {"PRLV SEPA Électricité du Midi", "electricite du midi", "prlv sepa"},
        {"VIR SEPA DUPONT VIR SEPA NPY:DUPONT LIB:LOYER", "dupont loyer", "vir sepa"},
        {"CARD PURCHASE 24/12/2024 10:15 Carmelina\xe2\x80\x99s Taqueria", "carmelinas taqueria",
         "card purchase"},
        {"Kartenzahlung MÜLLER GROSSMARKT 2024-03-01", "muller grossmarkt", "kartenzahlung"},
        {"straße", "strasse", ""},
        {"ACH DEBIT O2 BILL 00123456789", "o2 bill", "ach debit"},
        {"Card Purchase Insufficient Funds Fee", "card purchase insufficient funds fee", ""},
        {"CB", "cb", ""},
        {"VIR SEPA SALAIRE JANVIER", "salaire", "vir sepa"},
        {"7up 24 may", "7up", ""},
        {"123456789", "123456789", ""},
        {"  ", "", ""},
        {"\xff\xfe coffee \xc3", "coffee", ""},
        {"Кафе ПУШКИНЪ", "кафе пушкинъ", ""},
        {"BLUE BLUE DOOR", "blue door", ""},
        {"Shop 10.50 EUR", "shop eur", ""},
    };
    struct normalised out;
    normalise_text(str_of(cases[_i].raw), &out);
    ck_assert_str_eq(out.key, cases[_i].key);
    ck_assert_str_eq(out.means, cases[_i].means);
    ck_assert_uint_eq(strlen(out.key), out.key_size);
    ck_assert_uint_eq(strlen(out.text), out.text_size);
}
END_TEST

START_TEST(numbers_stay_in_the_text_but_not_in_the_key)
{
    struct normalised out;
    normalise_text(STR("Tesco Stores 5056 REF993311227"), &out);
    ck_assert_str_eq(out.text, "tesco stores 5056 ref993311227");
    ck_assert_str_eq(out.key, "tesco stores");
    ck_assert(str_equal(out.first, STR("tesco")));
    ck_assert_uint_eq(out.word_count, 4);
    ck_assert(str_equal(out.words[2], STR("5056")));
}
END_TEST

START_TEST(any_bytes_give_bounded_and_terminated_results)
{
    char raw[2048];
    struct normalised out;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        size_t size = (size_t)rand() % sizeof raw;
        for (size_t i = 0; i < size; i++)
            raw[i] = (char)(rand() % 3 == 0 ? ' ' : rand());
        normalise_text((struct str){raw, size}, &out);
        ck_assert_uint_lt(out.text_size, NORMALISE_TEXT_SIZE);
        ck_assert_uint_lt(out.key_size, NORMALISE_TEXT_SIZE);
        ck_assert_uint_le(out.word_count, NORMALISE_WORDS_MAX);
        ck_assert(out.text[out.text_size] == '\0' && out.key[out.key_size] == '\0');
        ck_assert(str_is_utf8((struct str){out.text, out.text_size}));
    }
}
END_TEST

/* A word that the folding would change can never match. */
START_TEST(all_words_to_take_off_are_written_as_folding_leaves_them)
{
    const char *const *const lists[] = {normalise_payment_phrases, normalise_aggregators,
                                        normalise_field_names,     normalise_months,
                                        normalise_month_names,     normalise_fee_words};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const char *const *word = lists[i]; *word != NULL; word++)
            for (const char *at = *word; *at != '\0'; at++)
                ck_assert_msg((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == ' ', "%s",
                              *word);
}
END_TEST

Suite *normalise_suite(void);

Suite *normalise_suite(void)
{
    Suite *suite = suite_create("normalise");
    TCase *tests = tcase_create("normalise");
    tcase_add_loop_test(tests, a_bank_text_becomes_the_words_that_name_the_merchant, 0, 21);
    tcase_add_test(tests, numbers_stay_in_the_text_but_not_in_the_key);
    tcase_add_test(tests, any_bytes_give_bounded_and_terminated_results);
    tcase_add_test(tests, all_words_to_take_off_are_written_as_folding_leaves_them);
    suite_add_tcase(suite, tests);
    return suite;
}

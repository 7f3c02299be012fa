#include <check.h>

#include "finance/lexicon.h"
#include "finance/lexicon_words.h"

static int first_meaning(const struct lexicon *lexicon, const char *text)
{
    struct meaning meanings[LEXICON_MEANINGS_MAX];
    return lexicon_read(lexicon, str_of(text), meanings) == 0 ? -1 : (int)meanings[0].category;
}

START_TEST(words_phrases_plurals_and_beginnings_have_their_meaning)
{
    struct lexicon *lexicon = lexicon_new();
    ck_assert_int_eq(first_meaning(lexicon, "groceries"), CATEGORY_GROCERIES);
    ck_assert_int_eq(first_meaning(lexicon, "vehicle fuel"), CATEGORY_CAR); /* and fuel, by half each */
    ck_assert_int_eq(first_meaning(lexicon, "pick n pay"), CATEGORY_GROCERIES);
    ck_assert_int_eq(first_meaning(lexicon, "blumen apotheke"), CATEGORY_HOME);
    ck_assert_int_eq(first_meaning(lexicon, "supermarkten"), CATEGORY_GROCERIES);
    ck_assert_int_eq(first_meaning(lexicon, "mortgages"), CATEGORY_MORTGAGE);
    ck_assert_int_eq(first_meaning(lexicon, "zzyzx"), -1);
    ck_assert_int_eq(first_meaning(lexicon, ""), -1);
    lexicon_free(lexicon);
}
END_TEST

START_TEST(shares_of_a_text_sum_to_one)
{
    struct lexicon *lexicon = lexicon_new();
    struct meaning meanings[LEXICON_MEANINGS_MAX];
    size_t count = lexicon_read(lexicon, STR("vehicle fuel insurance"), meanings);
    float sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += meanings[i].share;
    ck_assert_uint_eq(count, 3);
    ck_assert_float_eq_tol(sum, 1.0f, 1e-6f);
    lexicon_free(lexicon);
}
END_TEST

/* Reading every word of the table back also shows that no two hashes collide. */
START_TEST(every_word_of_the_table_is_found_and_folded)
{
    struct lexicon *lexicon = lexicon_new();
    for (size_t i = 0; i < lexicon_line_count; i++)
        for (struct str rest = str_of(lexicon_lines[i].words); rest.size > 0;) {
            struct str word = str_split(rest, ' ', &rest);
            char text[64];
            size_t size = 0;
            ck_assert_uint_lt(word.size, sizeof text);
            for (size_t k = 0; k < word.size; k++) {
                char c = word.data[k];
                ck_assert_msg((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                                  (c == '*' && k + 1 == word.size),
                              "%.*s", (int)word.size, word.data);
                if (c != '*')
                    text[size++] = c == '_' ? ' ' : c;
            }
            text[size] = '\0';
            if (size > 0)
                ck_assert_msg(first_meaning(lexicon, text) >= 0, "%s", text);
        }
    lexicon_free(lexicon);
}
END_TEST

START_TEST(merchant_codes_stand_in_order_and_answer)
{
    for (size_t i = 0; i < merchant_range_count; i++) {
        ck_assert_int_le(merchant_ranges[i].first, merchant_ranges[i].last);
        if (i > 0)
            ck_assert_int_gt(merchant_ranges[i].first, merchant_ranges[i - 1].last);
    }
    ck_assert_int_eq(lexicon_merchant_code(5411), CATEGORY_GROCERIES);
    ck_assert_int_eq(lexicon_merchant_code(3001), CATEGORY_TRAVEL);
    ck_assert_int_eq(lexicon_merchant_code(9999), -1);
    ck_assert_int_eq(lexicon_merchant_code(0), -1);
}
END_TEST

START_TEST(default_categories_are_a_tree_with_names_of_their_own)
{
    for (int i = 0; i < DEFAULT_CATEGORIES; i++) {
        const struct default_category_info *info = &default_categories[i];
        ck_assert_int_lt(info->parent, i);
        if (info->parent >= 0) {
            ck_assert_int_eq(default_categories[info->parent].parent, -1);
            ck_assert_int_eq((int)info->kind, (int)default_categories[info->parent].kind);
        }
        ck_assert_int_eq(default_category_find(str_of(info->slug)), i);
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(info->name, default_categories[k].name);
    }
    ck_assert_int_eq(default_category_find(STR("nothing")), -1);
}
END_TEST

Suite *lexicon_suite(void);

Suite *lexicon_suite(void)
{
    Suite *suite = suite_create("lexicon");
    TCase *tests = tcase_create("lexicon");
    tcase_add_test(tests, words_phrases_plurals_and_beginnings_have_their_meaning);
    tcase_add_test(tests, shares_of_a_text_sum_to_one);
    tcase_add_test(tests, every_word_of_the_table_is_found_and_folded);
    tcase_add_test(tests, merchant_codes_stand_in_order_and_answer);
    tcase_add_test(tests, default_categories_are_a_tree_with_names_of_their_own);
    suite_add_tcase(suite, tests);
    return suite;
}

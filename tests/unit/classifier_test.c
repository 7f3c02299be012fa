#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "finance/classifier.h"
#include "finance/classifier_log.h"
#include "finance/classifier_math.h"
#include "finance/classifier_threshold.h"
#include "finance/date.h"

static struct lexicon *lexicon;

static void open_lexicon(void)
{
    lexicon = lexicon_new();
}

static void close_lexicon(void)
{
    lexicon_free(lexicon);
}

static struct classifier *model_of(const char *const *names, size_t count, const struct prior *prior)
{
    struct classifier *classifier = classifier_new(&(struct classifier_options){lexicon, prior, 0.95f});
    for (size_t i = 0; i < count; i++)
        ck_assert_int_eq(
            classifier_add_class(classifier, &(struct classifier_class){str_of(names[i]), -1, -1}), (int)i);
    return classifier;
}

static const char *const names[] = {"Alpha", "Beta", "Gamma"};

static void teach(struct classifier *classifier, const char *text, int64_t amount, int class)
{
    struct normalised normalised;
    normalise_text(str_of(text), &normalised);
    classifier_learn(classifier, &(struct classifier_row){&normalised, amount, 2, 19000, 0}, class, NULL);
}

static struct classifier_prediction ask(const struct classifier *classifier, const char *text, int64_t amount)
{
    struct normalised normalised;
    struct classifier_prediction prediction;
    normalise_text(str_of(text), &normalised);
    classifier_predict(classifier, &(struct classifier_row){&normalised, amount, 2, 19001, 0}, &prediction);
    return prediction;
}

START_TEST(one_correction_is_set_by_itself_the_next_time)
{
    struct classifier *classifier = model_of(names, 3, NULL);
    teach(classifier, "CARD PURCHASE Zorblat 1234", -1250, 1);
    struct classifier_prediction next = ask(classifier, "Zorblat 9876", -990);
    ck_assert_int_eq(next.class, 1);
    ck_assert_int_eq(next.source, CLASSIFIER_SOURCE_MEMORY);
    ck_assert(next.ranked[0].confidence >= next.threshold);
    ck_assert_int_eq(ask(classifier, "Zorblat 9876", 990).source,
                     CLASSIFIER_SOURCE_NONE); /* money in is another thing */
    classifier_free(classifier);
}
END_TEST

START_TEST(a_correction_wins_over_many_older_labels)
{
    struct classifier *classifier = model_of(names, 3, NULL);
    for (int i = 0; i < 30; i++)
        teach(classifier, "Zorblat", -1000 - i, 0);
    ck_assert_int_eq(ask(classifier, "Zorblat", -1000).ranked[0].class, 0);
    teach(classifier, "Zorblat", -5000, 2);
    ck_assert_int_eq(ask(classifier, "Zorblat", -1000).ranked[0].class, 2);
    classifier_free(classifier);
}
END_TEST

START_TEST(what_it_knows_nothing_of_is_not_set)
{
    struct classifier *empty = model_of(names, 0, NULL), *classifier = model_of(names, 3, NULL);
    ck_assert_uint_eq(ask(empty, "Zorblat", -100).ranked_count, 0);
    ck_assert_int_eq(ask(empty, "Zorblat", -100).class, CLASSIFIER_NONE);
    struct classifier_prediction prediction = ask(classifier, "Zorblat", -100);
    ck_assert_int_eq(prediction.class, CLASSIFIER_NONE);
    ck_assert_int_eq(prediction.source, CLASSIFIER_SOURCE_NONE);
    ck_assert_uint_eq(prediction.ranked_count, 3);
    float sum = 0;
    for (size_t i = 0; i < prediction.ranked_count; i++)
        sum += prediction.ranked[i].confidence;
    ck_assert_float_le(sum, 1.0001f);
    classifier_free(empty);
    classifier_free(classifier);
}
END_TEST

START_TEST(categories_of_ones_own_are_understood_by_their_names)
{
    static const char *const own[] = {"Carburant", "Haustiere", "Mes courses"};
    struct classifier *classifier = model_of(own, 3, NULL);
    ck_assert_int_eq(ask(classifier, "TotalEnergies station", -4000).ranked[0].class, 0);
    ck_assert_int_eq(ask(classifier, "Fressnapf 112", -4000).ranked[0].class, 1);
    ck_assert_int_eq(ask(classifier, "CARREFOUR MARKET", -4000).ranked[0].class, 2);
    ck_assert_int_eq(ask(classifier, "CARREFOUR MARKET", -4000).basis, CLASSIFIER_SOURCE_PRIOR);
    classifier_free(classifier);
}
END_TEST

/* A log of made-up labels; every 100th class is drawn anew, so that there is something to get wrong. */
static struct classifier_label *some_labels(struct arena *arena, size_t count, unsigned merchants,
                                            unsigned classes)
{
    struct classifier_label *labels = arena_array(arena, count, sizeof *labels);
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        unsigned merchant = (unsigned)(state >> 20) % merchants;
        labels[i] = (struct classifier_label){
            .text =
                str_of(arena_printf(arena, "Card purchase m%c%c%cket %u shop %u", 'a' + (int)(merchant % 26),
                                    'a' + (int)(merchant / 26 % 26), 'a' + (int)(merchant / 7 % 26), merchant,
                                    (unsigned)(state >> 40) % 50)),
            .amount_minor = -(int64_t)((state >> 30) % 20000),
            .date = (int32_t)(19000 + i / 4),
            .exponent = 2,
            .class = (uint16_t)((state % 100 == 0 ? (unsigned)(state >> 8) : merchant * 7) % classes)};
        if (state % 3 == 0) {
            labels[i].shown = true;
            labels[i].shown_class = (uint16_t)(merchant % classes);
            labels[i].shown_confidence = (float)(state % 1000) / 1000.0f;
        }
    }
    return labels;
}

static struct classifier *with_classes(size_t count)
{
    struct classifier *classifier = classifier_new(&(struct classifier_options){lexicon, NULL, 0.95f});
    for (size_t i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "Class %zu", i);
        ck_assert_int_ge(classifier_add_class(classifier, &(struct classifier_class){str_of(name), -1, -1}),
                         0);
    }
    return classifier;
}

START_TEST(the_same_labels_give_the_same_model_to_the_bit)
{
    struct arena arena;
    arena_init(&arena);
    struct classifier_label *labels = some_labels(&arena, 600, 60, 20);
    struct classifier *all = with_classes(20), *again = with_classes(20), *other = with_classes(20);
    classifier_replay(all, labels, 600);
    classifier_replay(again, labels, 200); /* in pieces */
    classifier_replay(again, labels + 200, 400);
    ck_assert_uint_eq(classifier_digest(all), classifier_digest(again));
    classifier_replay(other, labels, 599);
    ck_assert_uint_ne(classifier_digest(all), classifier_digest(other));
    classifier_free(all);
    classifier_free(again);
    classifier_free(other);
    arena_free(&arena);
}
END_TEST

/* This number changes only together with CLASSIFIER_VERSION: stored predictions and packed logs depend on it.
 */
START_TEST(the_model_is_the_same_with_every_compiler_and_machine)
{
    struct arena arena;
    arena_init(&arena);
    struct classifier_label *labels = some_labels(&arena, 600, 60, 20);
    struct classifier *classifier = with_classes(20);
    classifier_replay(classifier, labels, 600);
    ck_assert_int_eq(CLASSIFIER_VERSION, 2);
    ck_assert_msg(classifier_digest(classifier) == UINT64_C(0xbc858e3f2f112762), "digest is now %#llx",
                  (unsigned long long)classifier_digest(classifier));
    classifier_free(classifier);
    arena_free(&arena);
}
END_TEST

START_TEST(when_a_category_was_added_does_not_matter)
{
    struct arena arena;
    arena_init(&arena);
    struct classifier_label *labels = some_labels(&arena, 300, 60, 20);
    for (size_t i = 0; i < 200; i++)
        labels[i].class %= 10;
    struct classifier *early = with_classes(20), *late = with_classes(10);
    classifier_replay(early, labels, 300);
    classifier_replay(late, labels, 200);
    for (size_t i = 10; i < 20; i++) {
        char name[32];
        snprintf(name, sizeof name, "Class %zu", i);
        ck_assert_int_eq(classifier_add_class(late, &(struct classifier_class){str_of(name), -1, -1}),
                         (int)i);
    }
    classifier_replay(late, labels + 200, 100);
    ck_assert_uint_eq(classifier_digest(early), classifier_digest(late));
    classifier_free(early);
    classifier_free(late);
    arena_free(&arena);
}
END_TEST

START_TEST(a_packed_log_is_small_and_gives_the_same_model)
{
    struct arena arena;
    struct buf packed;
    struct err err;
    arena_init(&arena);
    buf_init(&packed, 1 << 20);
    struct classifier_label *labels = some_labels(&arena, 500, 200, 90), *back;
    size_t count;
    classifier_log_pack(labels, 500, &packed);
    ck_assert(!packed.overflowed);
    ck_assert_uint_lt(packed.size, 64 * 1024);
    ck_assert_int_eq(
        classifier_log_unpack((struct str){packed.data, packed.size}, &arena, &back, &count, &err), 0);
    ck_assert_uint_eq(count, 500);
    struct classifier *a = with_classes(90), *b = with_classes(90);
    classifier_replay(a, labels, 500);
    classifier_replay(b, back, 500);
    ck_assert_uint_eq(classifier_digest(a), classifier_digest(b));
    classifier_free(a);
    classifier_free(b);
    buf_free(&packed);
    arena_free(&arena);
}
END_TEST

START_TEST(a_broken_packed_log_is_refused)
{
    struct arena arena;
    struct buf packed;
    struct err err;
    arena_init(&arena);
    buf_init(&packed, 1 << 20);
    struct classifier_label *labels = some_labels(&arena, 40, 20, 5), *back;
    size_t count;
    classifier_log_pack(labels, 40, &packed);
    for (size_t size = 0; size < packed.size; size++)
        ck_assert_int_eq(classifier_log_unpack((struct str){packed.data, size}, &arena, &back, &count, &err),
                         -1);
    for (size_t i = 0; i < packed.size; i++) { /* any byte: refused or read, never out of bounds */
        packed.data[i] = (char)(packed.data[i] ^ 0xa5);
        if (classifier_log_unpack((struct str){packed.data, packed.size}, &arena, &back, &count, &err) == 0)
            for (size_t k = 0; k < count; k++)
                ck_assert_uint_lt(back[k].class, CLASSIFIER_CLASSES_MAX);
        packed.data[i] = (char)(packed.data[i] ^ 0xa5);
    }
    buf_free(&packed);
    arena_free(&arena);
}
END_TEST

START_TEST(classes_past_the_limit_are_refused_and_their_labels_passed_over)
{
    struct classifier *classifier = with_classes(CLASSIFIER_CLASSES_MAX);
    ck_assert_int_eq(classifier_add_class(classifier, &(struct classifier_class){STR("one more"), -1, -1}),
                     -1);
    uint64_t before = classifier_digest(classifier);
    teach(classifier, "Zorblat", -100, CLASSIFIER_CLASSES_MAX);
    teach(classifier, "Zorblat", -100, -1);
    ck_assert_uint_eq(classifier_digest(classifier), before);
    for (int i = 0; i < CLASSIFIER_CLASSES_MAX; i++)
        teach(classifier, "Zorblat", INT64_MIN + i, i);
    ck_assert_uint_eq(ask(classifier, "Zorblat", INT64_MIN).ranked_count, CLASSIFIER_RANKED);
    classifier_free(classifier);
}
END_TEST

START_TEST(a_hostile_text_stays_within_the_features_cap)
{
    struct normalised normalised;
    struct feature features[FEATURES_MAX];
    char raw[NORMALISE_RAW_MAX];
    for (size_t i = 0; i < sizeof raw; i++)
        raw[i] = (char)('a' + i * i % 23);
    normalise_text((struct str){raw, 200}, &normalised);
    struct classifier_row row = {&normalised, INT64_MIN, 0, DATE_MIN, 1};
    ck_assert_uint_eq(features_of(&row, NULL, 0, features), FEATURES_MAX);
}
END_TEST

START_TEST(reasons_tell_what_memory_holds)
{
    struct classifier *classifier = model_of(names, 3, NULL);
    struct classifier_reason reasons[CLASSIFIER_REASONS_MAX];
    struct normalised text;
    for (int i = 0; i < 4; i++) {
        teach(classifier, "Zorblat", -1000, 1);
        teach(classifier, "Other place", -300, 2);
    }
    normalise_text(STR("Zorblat 12"), &text);
    struct classifier_row row = {&text, -1000, 2, 19001, 0};
    size_t count = classifier_explain(classifier, &row, 1, reasons);
    ck_assert_uint_gt(count, 0);
    ck_assert_uint_le(count, CLASSIFIER_REASONS_MAX);
    bool told = false;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            ck_assert(fabsf(reasons[i].weight) <= fabsf(reasons[i - 1].weight));
        told = told || strstr(reasons[i].text,
                              "the last 4 of \xe2\x80\x9czorblat\xe2\x80\x9d were in this category") != NULL;
    }
    ck_assert(told);
    classifier_free(classifier);
}
END_TEST

START_TEST(a_prior_needs_five_users_and_helps_the_sixth)
{
    struct prior_builder *builder = prior_builder_new();
    struct normalised common, rare;
    normalise_text(STR("Zorblat"), &common);
    normalise_text(STR("Quibble"), &rare);
    for (uint32_t user = 0; user < 5; user++) {
        prior_builder_add(builder, user, &common, CATEGORY_PETS);
        for (int i = 0; user < 4 && i < 10; i++)
            prior_builder_add(builder, user, &rare, CATEGORY_PETS);
    }
    struct prior *prior = prior_build(builder);
    prior_builder_free(builder);
    struct meaning meanings[LEXICON_MEANINGS_MAX];
    ck_assert_uint_eq(prior_count(prior), 1);
    ck_assert_uint_eq(prior_read(prior, &rare, meanings), 0);
    ck_assert_uint_eq(prior_read(prior, &common, meanings), 1);

    struct buf bytes;
    struct err err;
    buf_init(&bytes, 1000);
    prior_write(prior, &bytes);
    struct prior *back = prior_read_bytes((struct str){bytes.data, bytes.size}, &err);
    ck_assert_ptr_nonnull(back);
    ck_assert_ptr_null(prior_read_bytes((struct str){bytes.data, bytes.size - 1}, &err));
    static const char *const own[] = {"Alpha", "My pets", "Gamma"};
    struct classifier *classifier = model_of(own, 3, back);
    ck_assert_int_eq(ask(classifier, "ZORBLAT 12", -100).ranked[0].class, 1);
    classifier_free(classifier);
    prior_free(back);
    prior_free(prior);
    buf_free(&bytes);
}
END_TEST

START_TEST(the_threshold_starts_at_ninety_and_follows_outcomes)
{
    struct threshold threshold;
    threshold_init(&threshold, 0.95f);
    ck_assert_float_eq_tol(threshold.value, 0.90f, 1e-6f);
    for (int i = 0; i < THRESHOLD_FIRST - 1; i++) {
        threshold_learn(&threshold, 0.72f, true);
        ck_assert_float_eq_tol(threshold.value, 0.90f, 1e-6f);
    }
    for (int i = THRESHOLD_FIRST; i < 400; i++)
        threshold_learn(&threshold, 0.72f, true);
    ck_assert_float_le(threshold.value, 0.70f);
    for (int i = 0; i < 400; i++)
        threshold_learn(&threshold, 0.97f, i % 4 != 0);
    ck_assert_float_gt(threshold.value, 0.97f);
    struct threshold_report report = threshold_report(&threshold);
    ck_assert_uint_eq(report.outcomes, 400);
    ck_assert_uint_eq(report.applied, 0);
}
END_TEST

START_TEST(few_wrong_outcomes_raise_the_threshold_at_once)
{
    struct threshold threshold;
    threshold_init(&threshold, 0.95f);
    for (int i = 0; i < 8; i++)
        threshold_learn(&threshold, 0.92f, i % 2 == 0);
    ck_assert_float_gt(threshold.value, 0.92f);
}
END_TEST

START_TEST(a_new_merchant_of_a_new_user_is_not_taken_for_the_one_category_there_is)
{
    static const char *const own[] = {"Alpha"};
    struct classifier *classifier = model_of(own, 1, NULL);
    teach(classifier, "ZORBLAT 1", -1250, 0);
    ck_assert_int_eq(ask(classifier, "ZORBLAT 2", -1250).class, 0);
    struct classifier_prediction other = ask(classifier, "QUUXINE 77", -800);
    ck_assert_int_eq(other.class, CLASSIFIER_NONE);
    ck_assert_int_eq(other.ranked[0].class, 0);
    classifier_free(classifier);
}
END_TEST

START_TEST(our_exp_and_log_are_close_to_the_true_ones)
{
    for (float x = -86.0f; x < 88.0f; x += 0.37f)
        ck_assert_double_eq_tol((double)classifier_exp(x) / exp((double)x), 1.0, 2e-7);
    for (float x = 1e-20f; x < 1e20f; x *= 1.7f)
        ck_assert_double_eq_tol((double)classifier_log(x), log((double)x), 2e-7 * (fabs(log((double)x)) + 1));
    ck_assert(classifier_exp(-100.0f) == 0.0f);
    ck_assert(classifier_exp(1000.0f) == classifier_exp(88.0f));
}
END_TEST

Suite *classifier_suite(void);

Suite *classifier_suite(void)
{
    Suite *suite = suite_create("classifier");
    TCase *tests = tcase_create("classifier");
    tcase_add_checked_fixture(tests, open_lexicon, close_lexicon);
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, one_correction_is_set_by_itself_the_next_time);
    tcase_add_test(tests, a_correction_wins_over_many_older_labels);
    tcase_add_test(tests, what_it_knows_nothing_of_is_not_set);
    tcase_add_test(tests, categories_of_ones_own_are_understood_by_their_names);
    tcase_add_test(tests, the_same_labels_give_the_same_model_to_the_bit);
    tcase_add_test(tests, the_model_is_the_same_with_every_compiler_and_machine);
    tcase_add_test(tests, when_a_category_was_added_does_not_matter);
    tcase_add_test(tests, a_packed_log_is_small_and_gives_the_same_model);
    tcase_add_test(tests, a_broken_packed_log_is_refused);
    tcase_add_test(tests, classes_past_the_limit_are_refused_and_their_labels_passed_over);
    tcase_add_test(tests, a_hostile_text_stays_within_the_features_cap);
    tcase_add_test(tests, reasons_tell_what_memory_holds);
    tcase_add_test(tests, a_prior_needs_five_users_and_helps_the_sixth);
    tcase_add_test(tests, the_threshold_starts_at_ninety_and_follows_outcomes);
    tcase_add_test(tests, few_wrong_outcomes_raise_the_threshold_at_once);
    tcase_add_test(tests, a_new_merchant_of_a_new_user_is_not_taken_for_the_one_category_there_is);
    tcase_add_test(tests, our_exp_and_log_are_close_to_the_true_ones);
    suite_add_tcase(suite, tests);
    return suite;
}

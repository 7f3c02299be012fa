/* Holds what bench/classifier measures: one configuration, each set at or above its floor. The labelled sets
 * are not the project's; where they are absent, only the cold start is tried. */
#include <check.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/prequential.h"

static const struct {
    const char *file;
    int64_t min_rows;
    double accuracy, fix_once, half_precision, coverage, batch_loss;
} floors[] = {
    {"../shared/datasets/hackclub_ledger.csv", 1, .825, .98, .95, .60, .06},
    {"../shared/datasets/za_bank.csv", 1, .590, .98, .95, .30, .06},
    {"../shared/datasets/fr_accounting_synth.csv", 1, .540, .00, .95, .10, .06},
    {"../shared/datasets/bham_share.csv", 100, .725, .98, .95, .30, .15},
};

static double part(size_t some, size_t all)
{
    return all == 0 ? 0 : (double)some / (double)all;
}

static struct tally tally_of(const char *file, int64_t min_rows, int64_t batch, int64_t defaults)
{
    struct run run = {.file = file, .min_rows = min_rows, .batch = batch, .defaults = defaults};
    struct tally tally = {0};
    arena_init(&run.arena);
    run.lexicon = lexicon_new();
    prequential_run(&run, &tally);
    lexicon_free(run.lexicon);
    arena_free(&run.arena);
    return tally;
}

START_TEST(each_set_stays_above_its_floor)
{
    const char *file = floors[_i].file;
    if (access(file, R_OK) != 0)
        return;
    struct tally tally = tally_of(file, floors[_i].min_rows, 1, 0);
    double accuracy = part(tally.right, tally.rows);
    ck_assert_double_ge(accuracy, floors[_i].accuracy);
    ck_assert_double_ge(part(tally.fixed, tally.fixes), floors[_i].fix_once);
    ck_assert_double_ge(part(tally.half_applied_right, tally.half_applied), floors[_i].half_precision);
    ck_assert_double_ge(part(tally.applied, tally.rows), floors[_i].coverage);
    ck_assert_double_le(tally.bytes / (double)tally.packed_labels * 500, 64 * 1024);
    struct tally late = tally_of(file, floors[_i].min_rows, 30, 0);
    ck_assert_double_le(accuracy - part(late.right, late.rows), floors[_i].batch_loss);
}
END_TEST

START_TEST(a_new_user_with_the_default_categories_is_served_from_the_first_row)
{
    struct tally tally = tally_of("bench/cold_start.csv", 1, 1, 1);
    ck_assert_uint_eq(tally.first10, 100);
    ck_assert_double_ge(part(tally.first10_right, tally.first10), .60);
    ck_assert_double_ge(part(tally.applied, tally.rows), .50);
    ck_assert_double_ge(part(tally.applied_right, tally.applied), .95);
}
END_TEST

Suite *classifier_accuracy_suite(void);

Suite *classifier_accuracy_suite(void)
{
    Suite *suite = suite_create("classifier_accuracy");
    TCase *tests = tcase_create("classifier_accuracy");
    tcase_set_timeout(tests, 240);
    tcase_add_loop_test(tests, each_set_stays_above_its_floor, 0, 4);
    tcase_add_test(tests, a_new_user_with_the_default_categories_is_served_from_the_first_row);
    suite_add_tcase(suite, tests);
    return suite;
}

/*
 * How good and how fast the classifier is on a file of labelled transactions, through the code that the
 * workers run.
 *
 *     classifier FILE.csv [batch=30] [prior=OTHER.csv] [min=100] [defaults=1] [known=1] [json=1]
 *
 * FILE has the columns date,description,amount,user,category, money out negative. Each user is
 * learned on his own, prequentially: a row is predicted, then its label is learned; with batch=30 the labels
 * of 30 rows arrive together after the 30 were predicted. A category exists for the model from its first
 * label on (with known=1: from the beginning; with defaults=1 the default categories are there too, and a
 * label of the same name is that category). min: only users with at least so many rows. prior: trains the
 * shared prior on another file's users. Averages are over rows.
 *
 *     accuracy     the first suggestion was the label            unseen     the label was new to the user
 *     coverage     a category was set without asking             precision  of those, how many were right
 *     half_*       the same over the last half of each user's rows; null: there were none
 *     fix_once     after a wrong suggestion was corrected, the merchant's next row got the corrected category
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/prequential.h"

static void add_number(json_t *figures, const char *name, double value, double scale)
{
    json_object_set_new(figures, name, json_real(round(value * scale) / scale));
}

static void add_count(json_t *figures, const char *name, size_t count)
{
    json_object_set_new(figures, name, json_integer((json_int_t)count));
}

/* null where there was nothing to be right or wrong about. */
static void add_part(json_t *figures, const char *name, size_t some, size_t all)
{
    if (all == 0)
        json_object_set_new(figures, name, json_null());
    else
        add_number(figures, name, (double)some / (double)all, 1e4);
}

static json_t *figures_of(const struct run *run, const struct tally *tally)
{
    json_t *figures = json_object();
    json_object_set_new(figures, "file", json_string(run->file));
    add_count(figures, "rows", tally->rows);
    add_count(figures, "skipped", tally->skipped);
    add_count(figures, "users", tally->users);
    add_count(figures, "batch", (size_t)run->batch);
    add_part(figures, "accuracy", tally->right, tally->rows);
    add_part(figures, "top3", tally->top3, tally->rows);
    add_part(figures, "unseen", tally->unseen, tally->rows);
    add_part(figures, "coverage", tally->applied, tally->rows);
    add_part(figures, "precision", tally->applied_right, tally->applied);
    add_part(figures, "half_accuracy", tally->half_right, tally->half);
    add_part(figures, "half_coverage", tally->half_applied, tally->half);
    add_part(figures, "half_precision", tally->half_applied_right, tally->half_applied);
    add_part(figures, "fix_once", tally->fixed, tally->fixes);
    add_count(figures, "fixes", tally->fixes);
    add_part(figures, "first10", tally->first10_right, tally->first10);
    if (tally->rows > 0)
        add_number(figures, "us_per_prediction", tally->predict_us / (double)tally->rows, 1e2);
    if (tally->labels > 0)
        add_number(figures, "us_per_label", tally->learn_us / (double)tally->labels, 1e2);
    add_number(figures, "rebuild_ms", tally->rebuild_ms, 1e2);
    add_count(figures, "bytes_stored", (size_t)tally->bytes);
    if (tally->packed_labels > 0)
        add_count(figures, "bytes_per_500", (size_t)(tally->bytes / (double)tally->packed_labels * 500));
    return figures;
}

static void print(const struct run *run, const struct tally *tally)
{
    const char *name;
    json_t *value, *figures = figures_of(run, tally);
    if (run->json) {
        json_dumpf(figures, stdout, JSON_REAL_PRECISION(12));
        printf("\n");
    } else {
        json_object_foreach(figures, name, value)
        {
            char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
            printf("  %-18s %s\n", name, json_is_null(value) ? "-" : text);
            free(text);
        }
    }
    json_decref(figures);
}

static void read_arguments(int argc, char **argv, struct run *run)
{
    const struct {
        const char *name;
        int64_t *value;
    } numbers[] = {{"batch=", &run->batch}, {"min=", &run->min_rows}, {"defaults=", &run->defaults},
                   {"known=", &run->known}, {"json=", &run->json},    {"verbose=", &run->verbose}};
    for (int i = 1; i < argc; i++) {
        struct str argument = str_of(argv[i]);
        bool known = false;
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            if (str_starts(argument, numbers[k].name)) {
                size_t size = strlen(numbers[k].name);
                known = str_to_int((struct str){argument.data + size, argument.size - size},
                                   numbers[k].value) == 0;
            }
        if (!known && str_starts(argument, "prior="))
            run->prior_file = argv[i] + strlen("prior=");
        else if (!known && run->file == NULL && strchr(argv[i], '=') == NULL)
            run->file = argv[i];
        else if (!known) {
            fprintf(stderr, "classifier: what is %s?\n", argv[i]);
            exit(2);
        }
    }
    if (run->file == NULL || run->batch < 1) {
        fprintf(stderr, "usage: classifier FILE.csv [batch=1] [prior=OTHER.csv] [min=1] [defaults=0] "
                        "[known=0] [json=0]\n");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct run run = {.batch = 1, .min_rows = 1};
    struct tally tally = {0};
    read_arguments(argc, argv, &run);
    arena_init(&run.arena);
    run.lexicon = lexicon_new();
    prequential_run(&run, &tally);
    print(&run, &tally);
    prior_free(run.prior);
    lexicon_free(run.lexicon);
    arena_free(&run.arena);
    return 0;
}

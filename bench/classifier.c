/*
 * How good and how fast the classifier is on a file of labelled transactions, through the code that the
 * workers run.
 *
 *     classifier FILE.csv [batch=30] [prior=OTHER.csv] [min=100] [defaults=1] [known=1] [json=1]
 *
 * FILE has the columns date,description,amount,user,category, oldest first, money out negative. Each user is
 * learned on his own, prequentially: a row is predicted, then its label is learned; with batch=30 the labels
 * of 30 rows arrive together after the 30 were predicted. A category exists for the model from its first
 * label on (with known=1: from the beginning; with defaults=1 the default categories are there too, and a
 * label of the same name is that category). min: only users with at least so many rows. prior: trains the
 * shared prior on another file's users. Averages are over rows.
 *
 *     accuracy     the first suggestion was the label            unseen     the label was new to the user
 *     coverage     a category was set without asking             precision  of those, how many were right
 *     half_*       the same over the last half of each user's rows
 *     fix_once     after a wrong suggestion was corrected, the merchant's next row got the corrected category
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/prequential.h"

static double part(size_t some, size_t all)
{
    return all == 0 ? 0 : (double)some / (double)all;
}

static void print(const struct run *run, const struct tally *tally)
{
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"rows", (double)tally->rows},
        {"users", (double)tally->users},
        {"batch", (double)run->batch},
        {"accuracy", part(tally->right, tally->rows)},
        {"top3", part(tally->top3, tally->rows)},
        {"unseen", part(tally->unseen, tally->rows)},
        {"coverage", part(tally->applied, tally->rows)},
        {"precision", part(tally->applied_right, tally->applied)},
        {"half_accuracy", part(tally->half_right, tally->half)},
        {"half_coverage", part(tally->half_applied, tally->half)},
        {"half_precision", part(tally->half_applied_right, tally->half_applied)},
        {"fix_once", part(tally->fixed, tally->fixes)},
        {"fixes", (double)tally->fixes},
        {"first10", part(tally->first10_right, tally->first10)},
        {"us_per_prediction", tally->rows == 0 ? 0 : tally->predict_us / (double)tally->rows},
        {"us_per_label", tally->labels == 0 ? 0 : tally->learn_us / (double)tally->labels},
        {"rebuild_ms", tally->rebuild_ms},
        {"bytes_stored", tally->bytes},
        {"bytes_per_500", tally->packed_labels == 0 ? 0 : tally->bytes / (double)tally->packed_labels * 500},
    };
    printf(run->json ? "{\"file\": \"%s\"" : "%s\n", run->file);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        printf(run->json ? ", \"%s\": %.4f" : "  %-18s %12.4f\n", figures[i].name, figures[i].value);
    printf(run->json ? "}\n" : "");
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

#ifndef BENCH_PREQUENTIAL_H
#define BENCH_PREQUENTIAL_H

/* Tries the classifier on labelled rows, each user on his own: a row is predicted, then its label is learned.
 * Serves bench/classifier and the unit test that holds the accuracy. */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "bench/labelled.h"
#include "finance/classifier.h"

struct run {
    const char *file, *prior_file;
    int64_t batch, min_rows, defaults, known, json, verbose;
    struct arena arena;
    struct lexicon *lexicon;
    struct prior *prior;
};

struct tally {
    size_t users, skipped, rows, right, top3, unseen, applied, applied_right, half, half_right, half_applied,
        half_applied_right;
    size_t fixes, fixed, first10, first10_right, labels, packed_labels;
    double predict_us, learn_us, rebuild_ms, bytes;
};

/* Reads run->file (and the prior's file), runs all users with enough rows, adds to *tally. The caller made
 * run->arena and run->lexicon, and frees them and run->prior. */
void prequential_run(struct run *run, struct tally *tally);

#endif

#ifndef BENCH_LABELLED_H
#define BENCH_LABELLED_H

/* Reads a file of labelled transactions: CSV (RFC 4180) whose first line names the columns date, description,
 * amount, user and category. Without a column user all rows are one user's. */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "finance/normalise.h"

struct labelled {
    const char *description, *category;
    const struct normalised *text;
    int64_t amount_minor; /* at two decimals */
    int32_t date;
    size_t user, order; /* index of the user; place in the file */
};

struct labelled_file {
    struct labelled *rows; /* each user's together, by date, then as in the file; users by their first row */
    size_t row_count, user_count;
    size_t skipped; /* rows that could not be read; stderr said why */
    struct labelled_user {
        const char *name;
        size_t from, to; /* rows [from, to) */
    } * users;
};

/* The arena owns all. Ends the program with a sentence when the file can't be read or holds no such row. */
void labelled_read(const char *path, struct arena *arena, struct labelled_file *file);

#endif

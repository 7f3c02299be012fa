#ifndef BENCH_LABELLED_H
#define BENCH_LABELLED_H

/* Reads a file of labelled transactions: CSV (RFC 4180, no line breaks in a field) with the columns
 * date,description,amount,user,category. */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "finance/normalise.h"

struct labelled {
    const char *description, *category;
    const struct normalised *text;
    int64_t amount_minor; /* at two decimals */
    int32_t date;
};

struct labelled_file {
    struct labelled *rows; /* each user's together, in the file's order; users in order of their first row */
    size_t row_count, user_count;
    struct labelled_user {
        const char *name;
        size_t from, to; /* rows [from, to) */
    } * users;
};

/* The arena owns all. Ends the program with a sentence when the file can't be read. */
void labelled_read(const char *path, struct arena *arena, struct labelled_file *file);

#endif

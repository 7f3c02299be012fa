#ifndef BASE_FAULTS_H
#define BASE_FAULTS_H

/*
 * What is wrong with a document someone sent: a list of (JSON pointer, sentence). A validator adds to it and
 * goes on, so that the sender learns of all his mistakes at once; it stops growing at `limit`, so that he
 * can't fill memory.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"

struct fault {
    const char *pointer; /* RFC 6901, "" for the whole document; for a query parameter its name */
    const char *detail;
    long line; /* 0: not known */
};

struct faults {
    struct arena *arena; /* owns the texts */
    struct fault *list;
    size_t count, capacity, limit;
    bool is_of_value; /* the document itself is well formed: a value in it is none that anybody takes */
};

enum { FAULTS_LIMIT = 100 };

void faults_init(struct faults *faults, struct arena *arena);

/* Adds one; the pointer is copied. Past the limit nothing is added but count stays > 0. Always returns -1. */
int faults_add(struct faults *faults, const char *pointer, const char *format, ...) PRINTF_LIKE(3, 4);

#endif

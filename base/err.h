#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * One error: what went wrong in words, and its class, which answers the queue's only question: try again or
 * not. Functions that can fail return 0, or -1 with `struct err *err` (their last parameter) filled in.
 * Libraries never log; a program logs an error once, where it decides what follows from it.
 */

#include "base/attributes.h"

enum err_class {
    ERR_NONE = 0,
    ERR_RETRY,  /* the world's fault: a lost connection, a busy server. The same call may succeed later. */
    ERR_REJECT, /* the input's fault: the same call will fail for ever. */
    ERR_BUG,    /* our fault. */
};

struct err {
    enum err_class class;
    char text[320]; /* a full sentence without its stop; longer texts are cut */
};

/* Fills `err` (which may be NULL) and returns -1, so that a failure is one line: `return err_set(err,
 * ERR_RETRY, …)`. */
int err_set(struct err *err, enum err_class class, const char *format, ...) PRINTF_LIKE(3, 4);

/* Puts "what was being done: " in front of the text and keeps the class. Returns -1. */
int err_wrap(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* "retry", "reject", "bug" or "none"; static storage. */
const char *err_class_name(enum err_class class);

#endif

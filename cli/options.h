#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

/* The words behind a command: options ("--name VALUE", "--name=VALUE", flags) and what is left of them. */

#include <stdbool.h>

#include "base/err.h"

struct option {
    const char *name;   /* without the dashes */
    const char **value; /* of an option that takes one */
    bool *flag;         /* of one that takes none */
};

/* Fills in the options; the other words are moved to argv[0..) and counted in *count, also those behind "--".
 * options end with a NULL name. -1: a word that is no option of these, or an option without its value. */
int options_read(int argc, char **argv, const struct option *options, int *count, struct err *err) MUST_CHECK;

#endif

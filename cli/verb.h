#ifndef CLI_VERB_H
#define CLI_VERB_H

/*
 * What a person does with a command, as "list" in `purser rates list`: a row in the command's own table. What
 * all of them need, options, an open session and its end, is here.
 */

#include "cli/options.h"
#include "cli/session.h"

struct verb {
    const char *name; /* NULL: what the command does when its first word names none; it stands last */
    int min, max;     /* how many words stand behind it, options aside; INT_MAX: any number */
    /* What only the options can get wrong, before the session is opened; may be NULL. -1: usage error. */
    int (*check)(struct err *err);
    int (*run)(struct session *session, struct err *err); /* its words: session->words */
};

/* Reads the options, finds the verb that has this name and takes this many words, and runs it in a session.
 * Both tables end with an empty row. Gives the exit code. */
int verb_run(const struct verb *verbs, const struct option *options, int argc, char **argv, struct err *err);

#endif

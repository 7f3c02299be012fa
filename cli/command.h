#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/*
 * One command of `purser`: a constant struct in a file of its own, listed in cli/commands.def. A command
 * talks to an instance over HTTP (PURSER_URL) as any client does; operators' commands go to PostgreSQL and
 * Redis themselves.
 */

#include "base/err.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct verb;
struct option;
struct operate;

/* Has one of verbs, operate and run. */
struct command {
    const char *name;
    const char *usage;   /* the words behind the name, "[--json] ID…"; "" for none */
    const char *summary; /* one sentence without its stop */
    /* A person's command, over HTTP: a table of verbs and one of options (cli/verb.h). */
    const struct verb *verbs;
    const struct option *options;
    /* An operator's command of the queue, with its connections (cli/operate.h). */
    int (*operate)(struct operate *operate, int argc, char **argv, struct err *err);
    /* Any other. Both: argv[0] is the name; gives the exit code. With EXIT_FAILED and a text in err, main
     * prints it; with EXIT_USAGE it prints the usage, after err's text if there is one. */
    int (*run)(int argc, char **argv, struct err *err);
};

#define COMMAND(name) extern const struct command command_##name;
#include "cli/commands.def"
#undef COMMAND

#endif

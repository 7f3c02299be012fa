/* purser keys DIR: makes the keys that the services refuse to start without. */

#include "base/signing.h"
#include "cli/command.h"

/* What exists is left as it is: a new key would log everybody out. */
static int run(int argc, char **argv, struct err *err)
{
    if (argc != 2)
        return EXIT_USAGE;
    return signing_make(argv[1], err) == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_keys = {
    .name = "keys",
    .usage = "DIR",
    .summary = "Make the keys that a folder lacks, readable by their owner alone",
    .run = run,
};

/* purser settings: the table of settings, for people and for docs/settings.md. */

#include "base/settings.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static int run(int argc, char **argv, struct err *err)
{
    (void)err;
    if (argc == 1)
        settings_print_help(stdout);
    else if (argc == 2 && strcmp(argv[1], "--markdown") == 0)
        settings_print_markdown(stdout);
    else
        return EXIT_USAGE;
    return EXIT_OK;
}

const struct command command_settings = {.name = "settings",
                                         .usage = "[--markdown]",
                                         .summary = "List every setting with its default and limits",
                                         .run = run};

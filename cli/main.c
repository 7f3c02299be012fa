/* purser: the person's and the operator's command line. */

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "cli/command.h"
#include "cli/operate.h"
#include "cli/verb.h"

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.def"
#undef COMMAND
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static void print_usage(const struct command *command, FILE *out)
{
    fprintf(out, "usage: purser %s%s%s\n\n%s.\n", command->name, *command->usage == '\0' ? "" : " ",
            command->usage, command->summary);
}

static int help(const char *about)
{
    if (about != NULL) {
        const struct command *command = find_command(about);
        if (command == NULL) {
            fprintf(stderr, "purser: there is no command '%s'; `purser help` lists them\n", about);
            return EXIT_USAGE;
        }
        print_usage(command, stdout);
        return EXIT_OK;
    }
    puts("usage: purser COMMAND [ARGUMENTS]\n\nCommands; `purser help COMMAND` says more of one:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-10s %s.\n", commands[i]->name, commands[i]->summary);
    puts("\nSettings, from the environment:\n");
    settings_print_help(stdout);
    return EXIT_OK;
}

static int dispatch(const struct command *command, int argc, char **argv, struct err *err)
{
    if (command->verbs != NULL)
        return verb_run(command->verbs, command->options, argc, argv, err);
    if (command->operate != NULL)
        return operate_run(command->operate, argc, argv, err);
    return command->run(argc, argv, err);
}

static int run(const struct command *command, int argc, char **argv)
{
    struct err err = {ERR_NONE, ""};
    int code = EXIT_FAILED;
    if (settings_load(&err) == 0 && clock_use_file(settings.clock_file, &err) == 0) {
        log_open("purser", settings.log_level, settings.log_format);
        code = dispatch(command, argc, argv, &err);
    }
    if (code != EXIT_OK && err.text[0] != '\0')
        fprintf(stderr, "purser %s: %s\n", command->name, err.text);
    if (code == EXIT_USAGE)
        print_usage(command, stderr);
    if (fflush(stdout) != 0 && code == EXIT_OK)
        code = EXIT_FAILED;
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0)
        return argc < 2 ? (help(NULL), EXIT_USAGE) : help(argv[2]);
    const struct command *command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "purser: there is no command '%s'; `purser help` lists them\n", argv[1]);
        return EXIT_USAGE;
    }
    if (argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0))
        return help(command->name);
    if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        fputs("purser: the random generator or the network library does not start\n", stderr);
        return EXIT_FAILED;
    }
    return run(command, argc - 1, argv + 1);
}

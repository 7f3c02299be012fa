/* purser-worker: the dispatcher, or with --child one of its children. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "worker/child.h"
#include "worker/dispatcher.h"

static int print_help(void)
{
    puts("purser-worker: takes jobs from the queue and runs them in child processes.\n\n"
         "Signals: TERM stops (running jobs may end), USR1 or TSTP claims nothing more, USR2 claims again, "
         "HUP replaces the\n"
         "children one by one (a new binary comes into use).\n\nSettings, from the environment:\n");
    settings_print_help(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    bool is_child = argc == 2 && strcmp(argv[1], "--child") == 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return print_help();
    if (argc > 1 && !is_child) {
        fprintf(stderr, "purser-worker: unknown argument %s; --help shows what there is\n", argv[1]);
        return 2;
    }
    if (sodium_init() < 0 || settings_load(&err) != 0 || clock_use_file(settings.clock_file, &err) != 0) {
        fprintf(stderr, "purser-worker: %s\n", err.text);
        return 2;
    }
    log_open("purser-worker", settings.log_level, settings.log_format);
    signal(SIGPIPE, SIG_IGN);
    if (is_child)
        return child_main();
    static struct dispatcher dispatcher;
    if (dispatcher_run(&dispatcher, uv_default_loop(), &err) != 0) {
        log_error("start_failed", LOG_TEXT("error", err.text));
        return 2;
    }
    return 0;
}

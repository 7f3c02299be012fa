/* purser export: the books to standard output. What was cut off in the middle ends with exit 1. */

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"

struct wishes {
    const char *format, *account, *from, *to;
};

static int export(struct http *http, struct arena *arena, const struct wishes *wishes, struct err *err)
{
    const char *account = NULL, *path;
    if (wishes->account != NULL && session_find_account(http, arena, wishes->account, &account, err) != 0)
        return -1;
    path = arena_printf(arena, "/v1/export?format=%s",
                        http_escape(arena, wishes->format == NULL ? "csv" : wishes->format));
    if (account != NULL)
        path = arena_printf(arena, "%s&account=%s", path, account);
    if (wishes->from != NULL)
        path = arena_printf(arena, "%s&from=%s", path, http_escape(arena, wishes->from));
    if (wishes->to != NULL)
        path = arena_printf(arena, "%s&to=%s", path, http_escape(arena, wishes->to));
    struct http_request request = {.method = "GET", .path = path, .download = stdout};
    struct http_reply reply;
    return http_call(http, arena, &request, &reply, err);
}

static int run(int argc, char **argv, struct err *err)
{
    struct wishes wishes = {NULL, NULL, NULL, NULL};
    int count;
    const struct option options[] = {{"format", &wishes.format, NULL},
                                     {"account", &wishes.account, NULL},
                                     {"from", &wishes.from, NULL},
                                     {"to", &wishes.to, NULL},
                                     {NULL, NULL, NULL}};
    if (options_read(argc - 1, argv + 1, options, &count, err) != 0 || count != 0)
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    int failed = export(http, &arena, &wishes, err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_export = {
    .name = "export",
    .usage = "[--format csv|json|hledger] [--account NAME] [--from DATE] [--to DATE]",
    .summary = "Write the books to standard output",
    .run = run,
};

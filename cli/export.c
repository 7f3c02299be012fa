/* purser export: the books to standard output. What was cut off in the middle ends with exit 1. */

#include <stdio.h>

#include "cli/command.h"
#include "cli/verb.h"

static const char *format = "csv", *account, *from, *to;

static int export(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    const char *account_id, *path = arena_printf(arena, "/v1/export?format=%s", http_escape(arena, format));
    if (account != NULL) {
        if (session_find_account(session, account, &account_id, err) != 0)
            return -1;
        path = arena_printf(arena, "%s&account=%s", path, account_id);
    }
    if (from != NULL)
        path = arena_printf(arena, "%s&from=%s", path, http_escape(arena, from));
    if (to != NULL)
        path = arena_printf(arena, "%s&to=%s", path, http_escape(arena, to));
    struct http_request request = {.method = "GET", .path = path, .download = stdout};
    struct http_reply reply;
    return http_call(session->http, arena, &request, &reply, err);
}

static const struct option options[] = {{"format", &format, NULL},
                                        {"account", &account, NULL},
                                        {"from", &from, NULL},
                                        {"to", &to, NULL},
                                        {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.run = export}, {.run = NULL}};

const struct command command_export = {
    .name = "export",
    .usage = "[--format csv|json|hledger] [--account NAME] [--from DATE] [--to DATE]",
    .summary = "Write the books to standard output",
    .verbs = verbs,
    .options = options,
};

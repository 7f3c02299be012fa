/* purser accounts [--json]: the accounts and what they hold. */

#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/table.h"

static int list(struct http *http, struct arena *arena, bool as_json, struct err *err)
{
    static const char *const heads[] = {"NAME", "TYPE", ">BALANCE", "CURRENCY", "ID", NULL};
    json_t *items, *item;
    size_t i;
    struct table table;
    if (session_list(http, arena, "/v1/accounts", SIZE_MAX, &items, err) != 0)
        return -1;
    if (as_json) {
        json_dumpf(items, stdout, JSON_INDENT(2));
        putchar('\n');
        return 0;
    }
    table_init(&table, arena, heads);
    json_array_foreach(items, i, item)
    {
        table_add(&table, (const char *[]){http_text(item, "name"), http_text(item, "type"),
                                           http_text(item, "balance"), http_text(item, "currency"),
                                           http_text(item, "id")});
    }
    table_print(&table);
    return 0;
}

static int run(int argc, char **argv, struct err *err)
{
    bool as_json = false;
    int count;
    const struct option options[] = {{"json", NULL, &as_json}, {NULL, NULL, NULL}};
    if (options_read(argc - 1, argv + 1, options, &count, err) != 0 || count != 0)
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    int failed = list(http, &arena, as_json, err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_accounts = {
    .name = "accounts",
    .usage = "[--json]",
    .summary = "List the accounts and what they hold",
    .run = run,
};

/* purser accounts [--json]: the accounts and what they hold. */

#include "cli/command.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/verb.h"

static bool as_json;

static int list(struct session *session, struct err *err)
{
    static const char *const heads[] = {"NAME", "TYPE", ">BALANCE", "CURRENCY", "ID", NULL};
    json_t *items, *item;
    size_t i;
    struct table table;
    if (session_list(session, "/v1/accounts", SIZE_MAX, &items, err) != 0)
        return -1;
    if (as_json) {
        show_value(items);
        return 0;
    }
    table_init(&table, &session->arena, heads);
    json_array_foreach(items, i, item)
    {
        table_add(&table, (const char *[]){http_text(item, "name"), http_text(item, "type"),
                                           http_text(item, "balance"), http_text(item, "currency"),
                                           http_text(item, "id")});
    }
    table_print(&table);
    return 0;
}

static const struct option options[] = {{"json", NULL, &as_json}, {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.run = list}, {.run = NULL}};

const struct command command_accounts = {
    .name = "accounts",
    .usage = "[--json]",
    .summary = "List the accounts and what they hold",
    .verbs = verbs,
    .options = options,
};

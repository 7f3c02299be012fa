/* purser rates load FILE [--everyone] | list [--json]: exchange rates, by which reports are told in one
 * currency. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/verb.h"

enum { RATES_SHOWN = 500 };

static bool for_everyone, as_json;

static int load(struct session *session, struct err *err)
{
    const char *path = session->words[0];
    struct http_reply reply;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return err_set(err, ERR_REJECT, "%s: %s", path, strerror(errno));
    struct http_request request = {.method = "POST",
                                   .path = for_everyone ? "/v1/fx-rates?for=everyone" : "/v1/fx-rates",
                                   .type = "application/octet-stream",
                                   .upload = file};
    int result = http_call(session->http, &session->arena, &request, &reply, err);
    fclose(file);
    if (result == 0)
        printf("%lld added, %lld changed, %lld as they were: %s to %s\n",
               (long long)json_integer_value(json_object_get(reply.body, "added")),
               (long long)json_integer_value(json_object_get(reply.body, "changed")),
               (long long)json_integer_value(json_object_get(reply.body, "unchanged")),
               http_text(reply.body, "from"), http_text(reply.body, "to"));
    return result;
}

static int list(struct session *session, struct err *err)
{
    static const char *const heads[] = {"DATE", "BASE", "QUOTE", ">RATE", "WHOSE", NULL};
    struct table table;
    json_t *items, *item;
    size_t i;
    if (session_list(session, "/v1/fx-rates", RATES_SHOWN, &items, err) != 0)
        return -1;
    if (as_json) {
        show_value(items);
        return 0;
    }
    table_init(&table, &session->arena, heads);
    json_array_foreach(items, i, item)
    {
        const char *whose = json_is_true(json_object_get(item, "own")) ? "me" : "everyone";
        table_add(&table, (const char *[]){http_text(item, "date"), http_text(item, "base"),
                                           http_text(item, "quote"), http_text(item, "rate"), whose});
    }
    table_print(&table);
    return 0;
}

static const struct option options[] = {
    {"everyone", NULL, &for_everyone}, {"json", NULL, &as_json}, {NULL, NULL, NULL}};

static const struct verb verbs[] = {
    {.name = "load", .min = 1, .max = 1, .run = load}, {.name = "list", .run = list}, {.run = NULL}};

const struct command command_rates = {
    .name = "rates",
    .usage = "load FILE [--everyone]\n"
             "       purser rates list [--json]",
    .summary = "Load exchange rates (CSV, or the European Central Bank's files), show the latest",
    .verbs = verbs,
    .options = options,
};

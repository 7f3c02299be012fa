/* purser rates load FILE [--everyone] | list [--json]: exchange rates, by which reports are told in one
 * currency. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/table.h"

enum { RATES_SHOWN = 500 };

static int load(struct http *http, struct arena *arena, const char *path, bool for_everyone, struct err *err)
{
    struct http_reply reply;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return err_set(err, ERR_REJECT, "%s: %s", path, strerror(errno));
    struct http_request request = {.method = "POST",
                                   .path = for_everyone ? "/v1/fx-rates?for=everyone" : "/v1/fx-rates",
                                   .type = "application/octet-stream",
                                   .upload = file};
    int result = http_call(http, arena, &request, &reply, err);
    fclose(file);
    if (result == 0)
        printf("%lld added, %lld changed, %lld as they were: %s to %s\n",
               (long long)json_integer_value(json_object_get(reply.body, "added")),
               (long long)json_integer_value(json_object_get(reply.body, "changed")),
               (long long)json_integer_value(json_object_get(reply.body, "unchanged")),
               http_text(reply.body, "from"), http_text(reply.body, "to"));
    return result;
}

static int list(struct http *http, struct arena *arena, bool as_json, struct err *err)
{
    static const char *const heads[] = {"DATE", "BASE", "QUOTE", ">RATE", "WHOSE", NULL};
    struct table table;
    json_t *items, *item;
    size_t i;
    if (session_list(http, arena, "/v1/fx-rates", RATES_SHOWN, &items, err) != 0)
        return -1;
    if (as_json) {
        json_dumpf(items, stdout, JSON_INDENT(2));
        putchar('\n');
        return 0;
    }
    table_init(&table, arena, heads);
    json_array_foreach(items, i, item)
    {
        const char *whose = json_is_true(json_object_get(item, "own")) ? "me" : "everyone";
        table_add(&table, (const char *[]){http_text(item, "date"), http_text(item, "base"),
                                           http_text(item, "quote"), http_text(item, "rate"), whose});
    }
    table_print(&table);
    return 0;
}

static int run(int argc, char **argv, struct err *err)
{
    bool for_everyone = false, as_json = false;
    int count;
    const struct option options[] = {
        {"everyone", NULL, &for_everyone}, {"json", NULL, &as_json}, {NULL, NULL, NULL}};
    if (options_read(argc - 1, argv + 1, options, &count, err) != 0)
        return EXIT_USAGE;
    char **words = argv + 1;
    bool is_list = count == 1 && strcmp(words[0], "list") == 0;
    if (!is_list && (count != 2 || strcmp(words[0], "load") != 0))
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    int failed = is_list ? list(http, &arena, as_json, err) : load(http, &arena, words[1], for_everyone, err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_rates = {
    .name = "rates",
    .usage = "load FILE [--everyone] | list [--json]",
    .summary = "Load exchange rates (CSV, or the European Central Bank's files), show the latest",
    .run = run,
};

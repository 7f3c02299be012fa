/* purser budget list | set CATEGORY AMOUNT CURRENCY [--period P] [--rollover R] [--cap AMOUNT] | delete ID */

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/table.h"

struct wish {
    const char *period, *rollover, *cap;
    bool as_json;
};

static int list(struct http *http, struct arena *arena, const struct wish *wish, struct err *err)
{
    static const char *const heads[] = {"CATEGORY",  "PERIOD",   ">AVAILABLE", ">SPENT", ">LEFT",
                                        ">FORECAST", "CURRENCY", "ID",         NULL};
    struct table table;
    json_t *items, *item;
    size_t i;
    if (session_list(http, arena, "/v1/budgets", SIZE_MAX, &items, err) != 0)
        return -1;
    if (wish->as_json) {
        json_dumpf(items, stdout, JSON_INDENT(2));
        putchar('\n');
        return 0;
    }
    table_init(&table, arena, heads);
    json_array_foreach(items, i, item)
    {
        json_t *now = json_object_get(item, "current");
        table_add(&table, (const char *[]){http_text(item, "category_name"), http_text(item, "period"),
                                           http_text(now, "available"), http_text(now, "spent"),
                                           http_text(now, "left"), http_text(now, "forecast"),
                                           http_text(item, "currency"), http_text(item, "id")});
    }
    table_print(&table);
    return 0;
}

static int set(struct http *http, struct arena *arena, char **words, const struct wish *wish, struct err *err)
{
    const char *category;
    struct id id = id_new();
    char key[ID_TEXT_SIZE];
    struct http_reply reply;
    if (session_find_category(http, arena, words[0], &category, err) != 0)
        return -1;
    json_t *body =
        json_pack("{ss ss ss ss* ss* ss*}", "category_id", category, "amount", words[1], "currency", words[2],
                  "period", wish->period, "rollover", wish->rollover, "cap", wish->cap);
    if (body == NULL)
        return err_set(err, ERR_REJECT, "a word is not UTF-8");
    id_format(&id, key);
    struct http_request request = {.method = "POST",
                                   .path = "/v1/budgets",
                                   .body = json_write(arena, json_own(arena, body)),
                                   .key = key};
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    printf("%s\n", http_text(reply.body, "id"));
    return 0;
}

static int delete_one(struct http *http, struct arena *arena, const char *text, struct err *err)
{
    struct id id;
    struct http_reply reply;
    if (id_parse(str_of(text), &id) != 0)
        return err_set(err, ERR_REJECT, "%s is not the id of a budget", text);
    struct http_request request = {.method = "DELETE", .path = arena_printf(arena, "/v1/budgets/%s", text)};
    return http_call(http, arena, &request, &reply, err);
}

static int run(int argc, char **argv, struct err *err)
{
    struct wish wish = {NULL, NULL, NULL, false};
    int count, failed = -1;
    const struct option options[] = {{"period", &wish.period, NULL},
                                     {"rollover", &wish.rollover, NULL},
                                     {"cap", &wish.cap, NULL},
                                     {"json", NULL, &wish.as_json},
                                     {NULL, NULL, NULL}};
    if (options_read(argc - 1, argv + 1, options, &count, err) != 0)
        return EXIT_USAGE;
    char **words = argv + 1;
    bool is_list = count == 1 && strcmp(words[0], "list") == 0;
    bool is_set = count == 4 && strcmp(words[0], "set") == 0;
    bool is_delete = count == 2 && strcmp(words[0], "delete") == 0;
    if (!is_list && !is_set && !is_delete)
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    if (is_list)
        failed = list(http, &arena, &wish, err);
    else if (is_set)
        failed = set(http, &arena, words + 1, &wish, err);
    else
        failed = delete_one(http, &arena, words[1], err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_budget = {
    .name = "budget",
    .usage = "list [--json] | set CATEGORY AMOUNT CURRENCY [--period week|month|quarter|year] [--rollover "
             "none|surplus|surplus_and_deficit|cap] [--cap AMOUNT] | delete ID",
    .summary = "Show how budgets stand, set one for a category, delete one",
    .run = run,
};

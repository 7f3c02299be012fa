#include "cli/recurring_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/table.h"
#include "finance/date.h"

struct wish {
    const char *account, *category, *weekend, *catch_up;
};

static int list(struct http *http, struct arena *arena, struct err *err)
{
    static const char *const heads[] = {"DESCRIPTION", ">AMOUNT", "CURRENCY", "RULE",
                                        "STATE",       "NEXT",    "ID",       NULL};
    struct table table;
    json_t *items, *item;
    size_t i;
    if (session_list(http, arena, "/v1/recurring", SIZE_MAX, &items, err) != 0)
        return -1;
    table_init(&table, arena, heads);
    json_array_foreach(items, i, item)
    {
        table_add(&table, (const char *[]){http_text(item, "description"), http_text(item, "amount"),
                                           http_text(item, "currency"), http_text(item, "rrule"),
                                           http_text(item, "state"),
                                           http_text(json_object_get(item, "next"), "posting_date"),
                                           http_text(item, "id")});
    }
    table_print(&table);
    return 0;
}

static int send(struct http *http, struct arena *arena, const char *path, json_t *body,
                struct http_reply *reply, struct err *err)
{
    struct id id = id_new();
    char key[ID_TEXT_SIZE];
    if (body == NULL)
        return err_set(err, ERR_REJECT, "a word is not UTF-8");
    id_format(&id, key);
    struct http_request request = {
        .method = "POST", .path = path, .body = json_write(arena, json_own(arena, body)), .key = key};
    return http_call(http, arena, &request, reply, err);
}

/* AMOUNT DESCRIPTION RULE START */
static int add(struct http *http, struct arena *arena, char **words, const struct wish *wish, struct err *err)
{
    const char *account, *category = NULL;
    struct http_reply reply;
    if (session_find_account(http, arena, wish->account, &account, err) != 0 ||
        (wish->category != NULL && session_find_category(http, arena, wish->category, &category, err) != 0))
        return -1;
    json_t *body = json_pack("{ss ss ss ss ss ss* ss* ss*}", "account_id", account, "amount", words[0],
                             "description", words[1], "rrule", words[2], "start", words[3], "category_id",
                             category, "weekend", wish->weekend, "catch_up", wish->catch_up);
    if (send(http, arena, "/v1/recurring", body, &reply, err) != 0)
        return -1;
    printf("%s\n", http_text(reply.body, "id"));
    return 0;
}

static int dates(struct http *http, struct arena *arena, const char *id, struct err *err)
{
    static const char *const heads[] = {"DATE", "POSTED ON", ">AMOUNT", "STATE", NULL};
    struct table table;
    json_t *items, *item;
    size_t i;
    if (session_list(http, arena, arena_printf(arena, "/v1/recurring/%s/occurrences", id), SIZE_MAX, &items,
                     err) != 0)
        return -1;
    table_init(&table, arena, heads);
    json_array_foreach(items, i, item)
    {
        table_add(&table, (const char *[]){http_text(item, "nominal_date"), http_text(item, "posting_date"),
                                           http_text(item, "amount"), http_text(item, "state")});
    }
    table_print(&table);
    return 0;
}

static int skip(struct http *http, struct arena *arena, const char *id, const char *date, struct err *err)
{
    struct http_reply reply;
    int32_t day;
    if (date_parse(str_of(date), &day) != 0)
        return err_set(err, ERR_REJECT, "%s is not a date, YYYY-MM-DD", date);
    return send(http, arena, arena_printf(arena, "/v1/recurring/%s/occurrences/%s", id, date),
                json_pack("{ss}", "state", "skipped"), &reply, err);
}

static int delete_one(struct http *http, struct arena *arena, const char *id, struct err *err)
{
    struct http_reply reply;
    struct http_request request = {.method = "DELETE", .path = arena_printf(arena, "/v1/recurring/%s", id)};
    return http_call(http, arena, &request, &reply, err);
}

static int run_one(struct http *http, struct arena *arena, int count, char **words, const struct wish *wish,
                   struct err *err)
{
    struct id id;
    if (strcmp(words[0], "list") == 0)
        return list(http, arena, err);
    if (strcmp(words[0], "add") == 0)
        return add(http, arena, words + 1, wish, err);
    if (id_parse(str_of(words[1]), &id) != 0)
        return err_set(err, ERR_REJECT, "%s is not the id of a rule", words[1]);
    if (count == 3)
        return skip(http, arena, words[1], words[2], err);
    return strcmp(words[0], "dates") == 0 ? dates(http, arena, words[1], err)
                                          : delete_one(http, arena, words[1], err);
}

int recurring_rules_run(int argc, char **words, struct err *err)
{
    static const struct {
        const char *name;
        int words;
    } verbs[] = {{"list", 1}, {"add", 5}, {"dates", 2}, {"skip", 3}, {"delete", 2}};
    struct wish wish = {"Main", NULL, NULL, NULL};
    const struct option options[] = {{"account", &wish.account, NULL},
                                     {"category", &wish.category, NULL},
                                     {"weekend", &wish.weekend, NULL},
                                     {"catch-up", &wish.catch_up, NULL},
                                     {NULL, NULL, NULL}};
    int count;
    bool known = false;
    if (options_read(argc, words, options, &count, err) != 0 || count == 0)
        return EXIT_USAGE;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        known = known || (strcmp(words[0], verbs[i].name) == 0 && count == verbs[i].words);
    if (!known)
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    int failed = run_one(http, &arena, count, words, &wish, err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

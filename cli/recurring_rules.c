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

/* Says of one date that it is skipped, posted, or postponed to another. */
static int say(struct http *http, struct arena *arena, char **words, const char *state, const char *to,
               struct err *err)
{
    const char *id = words[0], *date = words[1];
    struct http_reply reply;
    int32_t day;
    if (date_parse(str_of(date), &day) != 0)
        return err_set(err, ERR_REJECT, "%s is not a date, YYYY-MM-DD", date);
    return send(http, arena, arena_printf(arena, "/v1/recurring/%s/occurrences/%s", id, date),
                json_pack("{ss ss*}", "state", state, "to", to), &reply, err);
}

static int pause_one(struct http *http, struct arena *arena, const char *id, bool paused, struct err *err)
{
    struct http_reply reply;
    struct http_request request = {.method = "PATCH",
                                   .path = arena_printf(arena, "/v1/recurring/%s", id),
                                   .body = paused ? "{\"paused\":true}" : "{\"paused\":false}"};
    return http_call(http, arena, &request, &reply, err);
}

/* What history proposes, ready to be added. */
static int suggest(struct http *http, struct arena *arena, struct err *err)
{
    static const char *const heads[] = {"DESCRIPTION", ">AMOUNT", "CURRENCY", "RULE", "NEXT", ">HITS", NULL};
    struct table table;
    struct http_reply reply;
    json_t *item;
    size_t i;
    struct http_request request = {.method = "GET", .path = "/v1/recurring/suggestions"};
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    table_init(&table, arena, heads);
    json_array_foreach(json_object_get(reply.body, "data"), i, item)
    {
        const char *hits =
            arena_printf(arena, "%lld", (long long)json_integer_value(json_object_get(item, "hits")));
        table_add(&table, (const char *[]){http_text(item, "description"), http_text(item, "amount"),
                                           http_text(item, "currency"), http_text(item, "rrule"),
                                           http_text(item, "next_date"), hits});
    }
    table_print(&table);
    return 0;
}

static int delete_one(struct http *http, struct arena *arena, const char *id, struct err *err)
{
    struct http_reply reply;
    struct http_request request = {.method = "DELETE", .path = arena_printf(arena, "/v1/recurring/%s", id)};
    return http_call(http, arena, &request, &reply, err);
}

enum verb { LIST, SUGGEST, ADD, DATES, SKIP, POST, POSTPONE, PAUSE, RESUME, DELETE, VERBS };

static const struct {
    const char *name;
    int words; /* with the verb itself */
} verbs[VERBS] = {{"list", 1}, {"suggest", 1},  {"add", 5},   {"dates", 2},  {"skip", 3},
                  {"post", 3}, {"postpone", 4}, {"pause", 2}, {"resume", 2}, {"delete", 2}};

static int run_one(struct http *http, struct arena *arena, enum verb verb, char **words,
                   const struct wish *wish, struct err *err)
{
    struct id id;
    if (verb > ADD && id_parse(str_of(words[0]), &id) != 0)
        return err_set(err, ERR_REJECT, "%s is not the id of a rule", words[0]);
    switch (verb) {
    case LIST:
        return list(http, arena, err);
    case SUGGEST:
        return suggest(http, arena, err);
    case ADD:
        return add(http, arena, words, wish, err);
    case DATES:
        return dates(http, arena, words[0], err);
    case SKIP:
        return say(http, arena, words, "skipped", NULL, err);
    case POST:
        return say(http, arena, words, "posted", NULL, err);
    case POSTPONE:
        return say(http, arena, words, "postponed", words[2], err);
    case PAUSE:
    case RESUME:
        return pause_one(http, arena, words[0], verb == PAUSE, err);
    default:
        return delete_one(http, arena, words[0], err);
    }
}

int recurring_rules_run(int argc, char **words, struct err *err)
{
    struct wish wish = {"Main", NULL, NULL, NULL};
    const struct option options[] = {{"account", &wish.account, NULL},
                                     {"category", &wish.category, NULL},
                                     {"weekend", &wish.weekend, NULL},
                                     {"catch-up", &wish.catch_up, NULL},
                                     {NULL, NULL, NULL}};
    int count, verb = 0;
    if (options_read(argc, words, options, &count, err) != 0 || count == 0)
        return EXIT_USAGE;
    while (verb < VERBS && (strcmp(words[0], verbs[verb].name) != 0 || count != verbs[verb].words))
        verb++;
    if (verb == VERBS)
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    int failed = run_one(http, &arena, (enum verb)verb, words + 1, &wish, err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

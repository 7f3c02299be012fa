#include "cli/recurring_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "cli/show.h"
#include "cli/table.h"
#include "finance/date.h"

static struct {
    const char *account, *category, *weekend, *catch_up;
    bool as_json;
} wish = {.account = "Main"};

/* "" when none is left. */
static const char *next_text(struct arena *arena, json_t *next)
{
    const char *date = http_text(next, "posting_date"), *state = http_text(next, "state");
    return date[0] == '\0' || strcmp(state, "scheduled") == 0 ? date
                                                              : arena_printf(arena, "%s (%s)", date, state);
}

static int list(struct session *session, struct err *err)
{
    static const char *const heads[] = {"DESCRIPTION", ">AMOUNT", "CURRENCY", "RULE",
                                        "STATE",       "NEXT",    "ID",       NULL};
    struct table table;
    json_t *items, *item;
    size_t i;
    if (session_list(session, "/v1/recurring", SIZE_MAX, &items, err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(items);
        return 0;
    }
    table_init(&table, &session->arena, heads);
    json_array_foreach(items, i, item)
    {
        table_add(&table, (const char *[]){http_text(item, "description"), http_text(item, "amount"),
                                           http_text(item, "currency"), http_text(item, "rrule"),
                                           http_text(item, "state"),
                                           next_text(&session->arena, json_object_get(item, "next")),
                                           http_text(item, "id")});
    }
    table_print(&table);
    return 0;
}

/* AMOUNT DESCRIPTION RULE START */
static int add(struct session *session, struct err *err)
{
    char **words = session->words;
    const char *account, *category = NULL;
    struct http_reply reply;
    if (session_find_account(session, wish.account, &account, err) != 0 ||
        (wish.category != NULL && session_find_category(session, wish.category, &category, err) != 0))
        return -1;
    json_t *body = json_own(&session->arena, json_pack("{ss ss ss ss ss ss* ss* ss*}", "account_id", account,
                                                       "amount", words[0], "description", words[1], "rrule",
                                                       words[2], "start", words[3], "category_id", category,
                                                       "weekend", wish.weekend, "catch_up", wish.catch_up));
    if (http_post(session->http, &session->arena, "/v1/recurring", body, 0, &reply, err) != 0)
        return -1;
    printf("%s\n", http_text(reply.body, "id"));
    return 0;
}

/* The path of the rule whose id is the first word, with `rest` behind it. */
static const char *rule_path(struct session *session, const char *rest, struct err *err)
{
    struct id id;
    if (id_parse(str_of(session->words[0]), &id) == 0)
        return arena_printf(&session->arena, "/v1/recurring/%s%s", session->words[0], rest);
    err_set(err, ERR_REJECT, "%s is not the id of a rule", session->words[0]);
    return NULL;
}

static int dates(struct session *session, struct err *err)
{
    static const char *const heads[] = {"DATE", "POSTED ON", ">AMOUNT", "STATE", NULL};
    const char *path = rule_path(session, "/occurrences", err);
    struct table table;
    json_t *items, *item;
    size_t i;
    if (path == NULL || session_list(session, path, SIZE_MAX, &items, err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(items);
        return 0;
    }
    table_init(&table, &session->arena, heads);
    json_array_foreach(items, i, item)
    {
        table_add(&table, (const char *[]){http_text(item, "nominal_date"), http_text(item, "posting_date"),
                                           http_text(item, "amount"), http_text(item, "state")});
    }
    table_print(&table);
    return 0;
}

/* Says of the date in the second word that it is skipped, posted, or postponed to another. */
static int say(struct session *session, const char *state, const char *to, struct err *err)
{
    const char *date = session->words[1];
    const char *path = rule_path(session, arena_printf(&session->arena, "/occurrences/%s", date), err);
    struct http_reply reply;
    int32_t day;
    if (path == NULL)
        return -1;
    if (date_parse(str_of(date), &day) != 0)
        return err_set(err, ERR_REJECT, "%s is not a date, YYYY-MM-DD", date);
    json_t *body = json_own(&session->arena, json_pack("{ss ss*}", "state", state, "to", to));
    return http_post(session->http, &session->arena, path, body, 0, &reply, err);
}

static int skip(struct session *session, struct err *err)
{
    return say(session, "skipped", NULL, err);
}

static int post(struct session *session, struct err *err)
{
    return say(session, "posted", NULL, err);
}

static int postpone(struct session *session, struct err *err)
{
    return say(session, "postponed", session->words[2], err);
}

static int set_paused(struct session *session, const char *body, struct err *err)
{
    struct http_reply reply;
    struct http_request request = {.method = "PATCH", .path = rule_path(session, "", err), .body = body};
    return request.path == NULL ? -1 : http_call(session->http, &session->arena, &request, &reply, err);
}

static int pause_one(struct session *session, struct err *err)
{
    return set_paused(session, "{\"paused\":true}", err);
}

static int resume(struct session *session, struct err *err)
{
    return set_paused(session, "{\"paused\":false}", err);
}

static int delete_one(struct session *session, struct err *err)
{
    const char *path = rule_path(session, "", err);
    return path == NULL ? -1 : http_delete(session->http, &session->arena, path, err);
}

/* What history proposes, ready to be added. */
static int suggest(struct session *session, struct err *err)
{
    static const char *const heads[] = {"DESCRIPTION", ">AMOUNT", "CURRENCY", "RULE", "NEXT", ">HITS", NULL};
    struct table table;
    struct http_reply reply;
    json_t *item;
    size_t i;
    if (http_get(session->http, &session->arena, "/v1/recurring/suggestions", &reply, err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(json_object_get(reply.body, "data"));
        return 0;
    }
    table_init(&table, &session->arena, heads);
    json_array_foreach(json_object_get(reply.body, "data"), i, item)
    {
        table_add(&table, (const char *[]){http_text(item, "description"), http_text(item, "amount"),
                                           http_text(item, "currency"), http_text(item, "rrule"),
                                           http_text(item, "next_date"),
                                           json_write(&session->arena, json_object_get(item, "hits"))});
    }
    table_print(&table);
    return 0;
}

const struct option recurring_rules_options[] = {
    {"account", &wish.account, NULL},   {"category", &wish.category, NULL}, {"weekend", &wish.weekend, NULL},
    {"catch-up", &wish.catch_up, NULL}, {"json", NULL, &wish.as_json},      {NULL, NULL, NULL}};

const struct verb recurring_rules_verbs[] = {{.name = "list", .run = list},
                                             {.name = "suggest", .run = suggest},
                                             {.name = "add", .min = 4, .max = 4, .run = add},
                                             {.name = "dates", .min = 1, .max = 1, .run = dates},
                                             {.name = "skip", .min = 2, .max = 2, .run = skip},
                                             {.name = "post", .min = 2, .max = 2, .run = post},
                                             {.name = "postpone", .min = 3, .max = 3, .run = postpone},
                                             {.name = "pause", .min = 1, .max = 1, .run = pause_one},
                                             {.name = "resume", .min = 1, .max = 1, .run = resume},
                                             {.name = "delete", .min = 1, .max = 1, .run = delete_one},
                                             {.run = NULL}};

/* purser tx list|add|edit|delete: transactions by hand. */

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "cli/body.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/verb.h"

enum { LIST_DEFAULT = 50, WAIT_S = 30 };

/* What may be said of a transaction, or asked for. */
static struct {
    const char *account, *category, *tag, *from, *to, *min, *max, *text, *status, *limit;
    const char *amount, *date, *description, *payee, *memo, *tags;
    bool as_json;
} wish;

/* "" clears what can be cleared. */
static void set_or_clear(json_t *body, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(body, name, text[0] == '\0' ? json_null() : json_string(text));
}

/* The body of a POST or PATCH. */
static json_t *make_body(struct session *session, struct err *err)
{
    const char *account = NULL, *category = NULL;
    if (wish.account != NULL && session_find_account(session, wish.account, &account, err) != 0)
        return NULL;
    if (wish.category != NULL && wish.category[0] != '\0' &&
        session_find_category(session, wish.category, &category, err) != 0)
        return NULL;
    json_t *body = json_own(&session->arena, json_object());
    body_set_text(body, "account_id", account);
    body_set_text(body, "amount", wish.amount);
    body_set_text(body, "date", wish.date);
    body_set_text(body, "description", wish.description);
    body_set_text(body, "status", wish.status);
    set_or_clear(body, "payee", wish.payee);
    set_or_clear(body, "memo", wish.memo);
    set_or_clear(body, "category_id", category == NULL ? wish.category : category);
    body_set_tags(body, wish.tags);
    return body;
}

static void print_rows(struct session *session, json_t *rows)
{
    static const char *const heads[] = {"DATE",     ">AMOUNT", "CURRENCY", "DESCRIPTION",
                                        "CATEGORY", "STATUS",  "ID",       NULL};
    struct table table;
    struct err ignored;
    json_t *categories, *category, *row;
    size_t i, j;
    table_init(&table, &session->arena, heads);
    if (session_list(session, "/v1/categories", SIZE_MAX, &categories, &ignored) != 0)
        categories = NULL; /* ids without names are better than nothing */
    json_array_foreach(rows, i, row)
    {
        const char *name = http_text(row, "category_id");
        json_array_foreach(categories, j, category)
        {
            if (strcmp(http_text(category, "id"), http_text(row, "category_id")) == 0)
                name = http_text(category, "name");
        }
        table_add(&table, (const char *[]){http_text(row, "date"), http_text(row, "amount"),
                                           http_text(row, "currency"), http_text(row, "description"), name,
                                           http_text(row, "status"), http_text(row, "id")});
    }
    table_print(&table);
}

static void show(struct session *session, json_t *rows)
{
    if (wish.as_json)
        show_value(rows);
    else
        print_rows(session, rows);
}

static int list(struct session *session, struct err *err)
{
    const char *account = NULL, *category = NULL, *path = "/v1/transactions?";
    int64_t limit = LIST_DEFAULT;
    struct arena *arena = &session->arena;
    json_t *rows;
    if (wish.limit != NULL && (str_to_int(str_of(wish.limit), &limit) != 0 || limit < 1))
        return err_set(err, ERR_REJECT, "--limit takes a number, from 1");
    if (wish.account != NULL && session_find_account(session, wish.account, &account, err) != 0)
        return -1;
    if (wish.category != NULL && session_find_category(session, wish.category, &category, err) != 0)
        return -1;
    const struct {
        const char *name, *value;
    } filters[] = {{"account", account}, {"category", category}, {"tag", wish.tag},
                   {"from", wish.from},  {"to", wish.to},        {"min", wish.min},
                   {"max", wish.max},    {"q", wish.text},       {"status", wish.status}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (filters[i].value != NULL)
            path = arena_printf(arena, "%s%s%s=%s", path, path[strlen(path) - 1] == '?' ? "" : "&",
                                filters[i].name, http_escape(arena, filters[i].value));
    if (path[strlen(path) - 1] == '?')
        path = "/v1/transactions";
    if (session_list(session, path, (size_t)limit, &rows, err) != 0)
        return -1;
    show(session, rows);
    return 0;
}

static int check_add(struct err *err)
{
    return wish.account != NULL ? 0 : err_set(err, ERR_REJECT, "add needs --account NAME");
}

/* DATE AMOUNT DESCRIPTION */
static int add(struct session *session, struct err *err)
{
    wish.date = session->words[0];
    wish.amount = session->words[1];
    wish.description = session->words[2];
    json_t *body = make_body(session, err);
    if (body == NULL)
        return -1;
    struct http_reply reply;
    if (http_post(session->http, &session->arena, "/v1/transactions", body, WAIT_S, &reply, err) != 0)
        return -1;
    puts(reply.status == 202 ? "accepted; it is stored as soon as a worker is free" : "stored");
    return 0;
}

static const char *path_of(struct session *session, const char *id)
{
    return arena_printf(&session->arena, "/v1/transactions/%s", http_escape(&session->arena, id));
}

static int edit(struct session *session, struct err *err)
{
    json_t *body = make_body(session, err);
    if (body == NULL)
        return -1;
    struct http_request request = {.method = "PATCH",
                                   .path = path_of(session, session->words[0]),
                                   .body = json_write(&session->arena, body)};
    struct http_reply reply;
    if (http_call(session->http, &session->arena, &request, &reply, err) != 0)
        return -1;
    show(session, json_own(&session->arena, json_pack("[O]", reply.body)));
    return 0;
}

static int delete_all(struct session *session, struct err *err)
{
    for (int i = 0; i < session->count; i++) {
        if (http_delete(session->http, &session->arena, path_of(session, session->words[i]), err) != 0)
            return -1;
        printf("deleted %s\n", session->words[i]);
    }
    return 0;
}

static const struct option options[] = {{"account", &wish.account, NULL},
                                        {"category", &wish.category, NULL},
                                        {"tag", &wish.tag, NULL},
                                        {"tags", &wish.tags, NULL},
                                        {"from", &wish.from, NULL},
                                        {"to", &wish.to, NULL},
                                        {"min", &wish.min, NULL},
                                        {"max", &wish.max, NULL},
                                        {"q", &wish.text, NULL},
                                        {"status", &wish.status, NULL},
                                        {"limit", &wish.limit, NULL},
                                        {"amount", &wish.amount, NULL},
                                        {"date", &wish.date, NULL},
                                        {"payee", &wish.payee, NULL},
                                        {"memo", &wish.memo, NULL},
                                        {"json", NULL, &wish.as_json},
                                        {"description", &wish.description, NULL},
                                        {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.name = "list", .run = list},
                                    {.name = "add", .min = 3, .max = 3, .check = check_add, .run = add},
                                    {.name = "edit", .min = 1, .max = 1, .run = edit},
                                    {.name = "delete", .min = 1, .max = INT_MAX, .run = delete_all},
                                    {.run = NULL}};

const struct command command_tx = {
    .name = "tx",
    .usage = "list [--account NAME] [--category NAME] [--tag T] [--from DATE] [--to DATE] [--min N] [--max "
             "N] [--q WORDS]\n"
             "                      [--status booked|pending|deleted] [--limit N] [--json]\n"
             "       purser tx add DATE AMOUNT DESCRIPTION --account NAME [--category NAME] [--payee P] "
             "[--memo M] [--tags A,B]\n"
             "       purser tx edit ID [--date DATE] [--amount N] [--description D] [--account NAME] "
             "[--category NAME]\n"
             "                         [--payee P] [--memo M] [--tags A,B] [--status booked|pending]\n"
             "       purser tx delete ID…",
    .summary = "List, add, edit and delete transactions",
    .verbs = verbs,
    .options = options,
};

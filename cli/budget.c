/* purser budget list | set CATEGORY AMOUNT CURRENCY [--period P] [--rollover R] [--cap AMOUNT] | delete ID */

#include <stdio.h>

#include "base/id.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/verb.h"

static struct {
    const char *period, *rollover, *cap;
    bool as_json;
} wish;

static int list(struct session *session, struct err *err)
{
    static const char *const heads[] = {"CATEGORY",  "PERIOD",   ">AVAILABLE", ">SPENT", ">LEFT",
                                        ">FORECAST", "CURRENCY", "ID",         NULL};
    struct table table;
    json_t *items, *item;
    size_t i;
    if (session_list(session, "/v1/budgets", SIZE_MAX, &items, err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(items);
        return 0;
    }
    table_init(&table, &session->arena, heads);
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

static int set(struct session *session, struct err *err)
{
    const char *category, *amount = session->words[1], *currency = session->words[2];
    struct http_reply reply;
    if (session_find_category(session, session->words[0], &category, err) != 0)
        return -1;
    json_t *body =
        json_own(&session->arena,
                 json_pack("{ss ss ss ss* ss* ss*}", "category_id", category, "amount", amount, "currency",
                           currency, "period", wish.period, "rollover", wish.rollover, "cap", wish.cap));
    if (http_post(session->http, &session->arena, "/v1/budgets", body, 0, &reply, err) != 0)
        return -1;
    printf("%s\n", http_text(reply.body, "id"));
    return 0;
}

static int delete_one(struct session *session, struct err *err)
{
    struct id id;
    const char *text = session->words[0];
    if (id_parse(str_of(text), &id) != 0)
        return err_set(err, ERR_REJECT, "%s is not the id of a budget", text);
    return http_delete(session->http, &session->arena, arena_printf(&session->arena, "/v1/budgets/%s", text),
                       err);
}

static const struct option options[] = {{"period", &wish.period, NULL},
                                        {"rollover", &wish.rollover, NULL},
                                        {"cap", &wish.cap, NULL},
                                        {"json", NULL, &wish.as_json},
                                        {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.name = "list", .run = list},
                                    {.name = "set", .min = 3, .max = 3, .run = set},
                                    {.name = "delete", .min = 1, .max = 1, .run = delete_one},
                                    {.run = NULL}};

const struct command command_budget = {
    .name = "budget",
    .usage = "list [--json]\n"
             "       purser budget set CATEGORY AMOUNT CURRENCY [--period week|month|quarter|year]\n"
             "                         [--rollover none|surplus|surplus_and_deficit|cap] [--cap AMOUNT]\n"
             "       purser budget delete ID",
    .summary = "Show how budgets stand, set one for a category, delete one",
    .verbs = verbs,
    .options = options,
};

/* purser rules list|add|delete|import|export: the person's own rules. */

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

static struct {
    const char *contains, *equals, *starts_with, *word, *payee, *account, *min, *max, *sign;
    const char *category, *tags, *set_payee, *position;
    bool as_json, replace, preview;
} wish;

static int list(struct session *session, struct err *err)
{
    static const char *const heads[] = {">POSITION", "NAME", "ON", "WHEN", "THEN", "ID", NULL};
    struct arena *arena = &session->arena;
    struct table table;
    json_t *rules, *rule;
    size_t i;
    if (session_list(session, "/v1/rules", SIZE_MAX, &rules, err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(rules);
        return 0;
    }
    table_init(&table, arena, heads);
    json_array_foreach(rules, i, rule)
    {
        table_add(&table, (const char *[]){
                              json_write(arena, json_object_get(rule, "position")), http_text(rule, "name"),
                              json_is_true(json_object_get(rule, "enabled")) ? "yes" : "no",
                              json_write(arena, json_object_get(rule, "when")),
                              json_write(arena, json_object_get(rule, "then")), http_text(rule, "id")});
    }
    table_print(&table);
    return 0;
}

static void set_object(json_t *object, const char *name, json_t *member)
{
    if (json_object_size(member) > 0)
        json_object_set(object, name, member);
}

/* The rule that the words describe; NULL with err. */
static json_t *make_rule(struct session *session, const char *name, struct err *err)
{
    struct arena *arena = &session->arena;
    const char *account = NULL, *category = NULL;
    int64_t position;
    if (wish.account != NULL && session_find_account(session, wish.account, &account, err) != 0)
        return NULL;
    if (wish.category != NULL && session_find_category(session, wish.category, &category, err) != 0)
        return NULL;
    json_t *rule = json_own(arena, json_object()), *when = json_own(arena, json_object());
    json_t *then = json_own(arena, json_object()), *text = json_own(arena, json_object());
    json_t *payee = json_own(arena, json_object()), *amount = json_own(arena, json_object());
    body_set_text(text, "contains", wish.contains);
    body_set_text(text, "equals", wish.equals);
    body_set_text(text, "starts_with", wish.starts_with);
    body_set_text(text, "word", wish.word);
    body_set_text(payee, "contains", wish.payee);
    body_set_text(amount, "min", wish.min);
    body_set_text(amount, "max", wish.max);
    set_object(when, "text", text);
    set_object(when, "payee", payee);
    set_object(when, "amount", amount);
    body_set_text(when, "account_id", account);
    body_set_text(when, "sign", wish.sign);
    body_set_text(then, "category_id", category);
    body_set_text(then, "payee", wish.set_payee);
    body_set_tags(then, wish.tags);
    body_set_text(rule, "name", name);
    json_object_set(rule, "when", when);
    json_object_set(rule, "then", then);
    if (wish.position != NULL && str_to_int(str_of(wish.position), &position) != 0) {
        err_set(err, ERR_REJECT, "--position takes a number");
        return NULL;
    }
    if (wish.position != NULL)
        json_object_set_new(rule, "position", json_integer(position));
    return rule;
}

static int add(struct session *session, struct err *err)
{
    const char *path = wish.preview ? "/v1/rules/preview" : "/v1/rules";
    struct http_reply reply;
    json_t *rule = make_rule(session, session->words[0], err);
    if (rule == NULL || http_post(session->http, &session->arena, path, rule, 0, &reply, err) != 0)
        return -1;
    if (wish.preview || wish.as_json)
        show_value(reply.body);
    else
        printf("added %s; it applies to transactions stored from now on (purser classify run --scope rules: "
               "to all)\n",
               http_text(reply.body, "id"));
    return 0;
}

static int delete_all(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    for (int i = 0; i < session->count; i++) {
        const char *path = arena_printf(arena, "/v1/rules/%s", http_escape(arena, session->words[i]));
        if (http_delete(session->http, arena, path, err) != 0)
            return -1;
        printf("deleted %s\n", session->words[i]);
    }
    return 0;
}

static int export(struct session *session, struct err *err)
{
    struct http_reply reply;
    if (http_get(session->http, &session->arena, "/v1/rules/export", &reply, err) != 0)
        return -1;
    show_value(reply.body);
    return 0;
}

static int import(struct session *session, struct err *err)
{
    const char *file = session->count == 0 ? "-" : session->words[0];
    json_error_t fault;
    struct http_reply reply;
    json_t *body = strcmp(file, "-") == 0 ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &fault)
                                          : json_load_file(file, JSON_REJECT_DUPLICATES, &fault);
    if (body == NULL)
        return err_set(err, ERR_REJECT, "line %d: %s", fault.line, fault.text);
    json_own(&session->arena, body);
    if (wish.replace)
        json_object_set_new(body, "replace", json_true());
    if (http_post(session->http, &session->arena, "/v1/rules/import", body, 0, &reply, err) != 0)
        return -1;
    printf("imported %lld rules\n", (long long)json_integer_value(json_object_get(reply.body, "imported")));
    return 0;
}

static const struct option options[] = {{"contains", &wish.contains, NULL},
                                        {"equals", &wish.equals, NULL},
                                        {"starts-with", &wish.starts_with, NULL},
                                        {"word", &wish.word, NULL},
                                        {"payee", &wish.payee, NULL},
                                        {"account", &wish.account, NULL},
                                        {"min", &wish.min, NULL},
                                        {"max", &wish.max, NULL},
                                        {"sign", &wish.sign, NULL},
                                        {"category", &wish.category, NULL},
                                        {"tags", &wish.tags, NULL},
                                        {"set-payee", &wish.set_payee, NULL},
                                        {"position", &wish.position, NULL},
                                        {"preview", NULL, &wish.preview},
                                        {"replace", NULL, &wish.replace},
                                        {"json", NULL, &wish.as_json},
                                        {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.name = "list", .run = list},
                                    {.name = "add", .min = 1, .max = 1, .run = add},
                                    {.name = "delete", .min = 1, .max = INT_MAX, .run = delete_all},
                                    {.name = "export", .run = export},
                                    {.name = "import", .max = 1, .run = import},
                                    {.run = NULL}};

const struct command command_rules = {
    .name = "rules",
    .usage =
        "list [--json]\n"
        "       purser rules add NAME [--contains T] [--equals T] [--starts-with T] [--word T] [--payee T] "
        "[--account NAME]\n"
        "                        [--min N] [--max N] [--sign in|out] [--category NAME] [--tags A,B] "
        "[--set-payee P]\n"
        "                        [--position N] [--preview]\n"
        "       purser rules delete ID…\n"
        "       purser rules export\n"
        "       purser rules import [FILE] [--replace]",
    .summary = "List, add, delete, import and export your own rules",
    .verbs = verbs,
    .options = options,
};

/* purser rules list|add|delete|import|export: the person's own rules. */

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/table.h"

struct words {
    const char *contains, *equals, *starts_with, *word, *payee, *account, *min, *max, *sign;
    const char *category, *tags, *set_payee, *position;
    bool as_json, replace, preview;
};

static void print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    putchar('\n');
}

static int list(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
                struct err *err)
{
    static const char *const heads[] = {">POSITION", "NAME", "ON", "WHEN", "THEN", "ID", NULL};
    struct table table;
    json_t *rules, *rule;
    size_t i;
    (void)argv;
    if (count != 0)
        return err_set(err, ERR_REJECT, "list takes no words");
    if (session_list(http, arena, "/v1/rules", SIZE_MAX, &rules, err) != 0)
        return -1;
    if (words->as_json) {
        print_json(rules);
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

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(object, name, json_string(text));
}

static void set_object(json_t *object, const char *name, json_t *member)
{
    if (json_object_size(member) > 0)
        json_object_set(object, name, member);
}

static json_t *tags_of(const char *text)
{
    json_t *tags = json_array();
    struct str rest = str_of(text);
    while (rest.size > 0) {
        struct str tag = str_trim(str_split(rest, ',', &rest));
        if (tag.size > 0)
            json_array_append_new(tags, json_stringn(tag.data, tag.size));
    }
    return tags;
}

/* The rule that the words describe; NULL with err. */
static json_t *make_rule(struct http *http, struct arena *arena, const char *name, const struct words *words,
                         struct err *err)
{
    const char *account = NULL, *category = NULL;
    int64_t position;
    if (words->account != NULL && session_find_account(http, arena, words->account, &account, err) != 0)
        return NULL;
    if (words->category != NULL && session_find_category(http, arena, words->category, &category, err) != 0)
        return NULL;
    json_t *rule = json_own(arena, json_object()), *when = json_own(arena, json_object());
    json_t *then = json_own(arena, json_object()), *text = json_own(arena, json_object());
    json_t *payee = json_own(arena, json_object()), *amount = json_own(arena, json_object());
    set_text(text, "contains", words->contains);
    set_text(text, "equals", words->equals);
    set_text(text, "starts_with", words->starts_with);
    set_text(text, "word", words->word);
    set_text(payee, "contains", words->payee);
    set_text(amount, "min", words->min);
    set_text(amount, "max", words->max);
    set_object(when, "text", text);
    set_object(when, "payee", payee);
    set_object(when, "amount", amount);
    set_text(when, "account_id", account);
    set_text(when, "sign", words->sign);
    set_text(then, "category_id", category);
    set_text(then, "payee", words->set_payee);
    if (words->tags != NULL)
        json_object_set_new(then, "tags", tags_of(words->tags));
    set_text(rule, "name", name);
    json_object_set(rule, "when", when);
    json_object_set(rule, "then", then);
    if (words->position != NULL && str_to_int(str_of(words->position), &position) != 0) {
        err_set(err, ERR_REJECT, "--position takes a number");
        return NULL;
    }
    if (words->position != NULL)
        json_object_set_new(rule, "position", json_integer(position));
    return rule;
}

static int post(struct http *http, struct arena *arena, const char *path, json_t *body, json_t **answer,
                struct err *err)
{
    struct id id = id_new();
    char key[ID_TEXT_SIZE];
    struct http_reply reply;
    id_format(&id, key);
    struct http_request request = {
        .method = "POST", .path = path, .body = json_write(arena, body), .key = key};
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    *answer = reply.body;
    return 0;
}

static int add(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
               struct err *err)
{
    json_t *answer;
    if (count != 1)
        return err_set(err, ERR_REJECT, "add takes one NAME, conditions and actions");
    json_t *rule = make_rule(http, arena, argv[0], words, err);
    if (rule == NULL ||
        post(http, arena, words->preview ? "/v1/rules/preview" : "/v1/rules", rule, &answer, err) != 0)
        return -1;
    if (words->preview || words->as_json)
        print_json(answer);
    else
        printf("added %s; it applies to transactions stored from now on (purser classify run --scope rules: "
               "to all)\n",
               http_text(answer, "id"));
    return 0;
}

static int delete (struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
                   struct err *err)
{
    (void)words;
    if (count == 0)
        return err_set(err, ERR_REJECT, "delete takes IDs");
    for (int i = 0; i < count; i++) {
        struct http_request request = {
            .method = "DELETE", .path = arena_printf(arena, "/v1/rules/%s", http_escape(arena, argv[i]))};
        struct http_reply reply;
        if (http_call(http, arena, &request, &reply, err) != 0)
            return -1;
        printf("deleted %s\n", argv[i]);
    }
    return 0;
}

static int export(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
                  struct err *err)
{
    struct http_request request = {.method = "GET", .path = "/v1/rules/export"};
    struct http_reply reply;
    (void)argv;
    (void)words;
    if (count != 0)
        return err_set(err, ERR_REJECT, "export takes no words");
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    print_json(reply.body);
    return 0;
}

static int import(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
                  struct err *err)
{
    json_error_t fault;
    json_t *answer;
    if (count > 1)
        return err_set(err, ERR_REJECT, "import takes one FILE, or reads what is piped in");
    json_t *body = count == 0 || strcmp(argv[0], "-") == 0
                       ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &fault)
                       : json_load_file(argv[0], JSON_REJECT_DUPLICATES, &fault);
    if (body == NULL)
        return err_set(err, ERR_REJECT, "line %d: %s", fault.line, fault.text);
    json_own(arena, body);
    if (words->replace)
        json_object_set_new(body, "replace", json_true());
    if (post(http, arena, "/v1/rules/import", body, &answer, err) != 0)
        return -1;
    printf("imported %lld rules\n", (long long)json_integer_value(json_object_get(answer, "imported")));
    return 0;
}

static const struct {
    const char *name;
    int (*run)(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
               struct err *err);
} verbs[] = {{"list", list}, {"add", add}, {"delete", delete}, {"export", export}, {"import", import}};

static int run(int argc, char **argv, struct err *err)
{
    struct words words = {0};
    size_t verb = 0;
    int count;
    const struct option options[] = {{"contains", &words.contains, NULL},
                                     {"equals", &words.equals, NULL},
                                     {"starts-with", &words.starts_with, NULL},
                                     {"word", &words.word, NULL},
                                     {"payee", &words.payee, NULL},
                                     {"account", &words.account, NULL},
                                     {"min", &words.min, NULL},
                                     {"max", &words.max, NULL},
                                     {"sign", &words.sign, NULL},
                                     {"category", &words.category, NULL},
                                     {"tags", &words.tags, NULL},
                                     {"set-payee", &words.set_payee, NULL},
                                     {"position", &words.position, NULL},
                                     {"preview", NULL, &words.preview},
                                     {"replace", NULL, &words.replace},
                                     {"json", NULL, &words.as_json},
                                     {NULL, NULL, NULL}};
    while (argc >= 2 && verb < sizeof verbs / sizeof *verbs && strcmp(verbs[verb].name, argv[1]) != 0)
        verb++;
    if (argc < 2 || verb == sizeof verbs / sizeof *verbs ||
        options_read(argc - 2, argv + 2, options, &count, err) != 0)
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    int failed = verbs[verb].run(http, &arena, count, argv + 2, &words, err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

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
    .run = run,
};

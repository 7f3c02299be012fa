/* purser tx list|add|edit|delete: transactions by hand. */

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/table.h"

enum { LIST_DEFAULT = 50, WAIT_S = 30 };

/* What may be said of a transaction, or asked for. */
struct words {
    const char *account, *category, *tag, *from, *to, *min, *max, *text, *status, *limit;
    const char *amount, *date, *description, *payee, *memo, *tags;
    bool as_json;
};

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

static void set_text(json_t *body, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(body, name, json_string(text));
}

/* "" clears what can be cleared. */
static void set_or_clear(json_t *body, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(body, name, text[0] == '\0' ? json_null() : json_string(text));
}

/* The body of a POST or PATCH. */
static json_t *make_body(struct http *http, struct arena *arena, const struct words *words, struct err *err)
{
    const char *account = NULL, *category = NULL;
    if (words->account != NULL && session_find_account(http, arena, words->account, &account, err) != 0)
        return NULL;
    if (words->category != NULL && words->category[0] != '\0' &&
        session_find_category(http, arena, words->category, &category, err) != 0)
        return NULL;
    json_t *body = json_own(arena, json_object());
    set_text(body, "account_id", account);
    set_text(body, "amount", words->amount);
    set_text(body, "date", words->date);
    set_text(body, "description", words->description);
    set_text(body, "status", words->status);
    set_or_clear(body, "payee", words->payee);
    set_or_clear(body, "memo", words->memo);
    set_or_clear(body, "category_id", category == NULL ? words->category : category);
    if (words->tags != NULL)
        json_object_set_new(body, "tags", tags_of(words->tags));
    return body;
}

static void print_rows(struct http *http, struct arena *arena, json_t *rows)
{
    static const char *const heads[] = {"DATE",     ">AMOUNT", "CURRENCY", "DESCRIPTION",
                                        "CATEGORY", "STATUS",  "ID",       NULL};
    struct table table;
    struct err ignored;
    json_t *categories, *category, *row;
    size_t i, j;
    table_init(&table, arena, heads);
    if (session_list(http, arena, "/v1/categories", SIZE_MAX, &categories, &ignored) != 0)
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

static int show(struct http *http, struct arena *arena, const struct words *words, json_t *rows)
{
    if (words->as_json) {
        json_dumpf(rows, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        print_rows(http, arena, rows);
    }
    return 0;
}

static int list(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
                struct err *err)
{
    const char *account = NULL, *category = NULL, *path = "/v1/transactions?";
    int64_t limit = LIST_DEFAULT;
    json_t *rows;
    (void)argv;
    if (count != 0 || (words->limit != NULL && (str_to_int(str_of(words->limit), &limit) != 0 || limit < 1)))
        return err_set(err, ERR_REJECT, "list takes options only, and --limit a number");
    if (words->account != NULL && session_find_account(http, arena, words->account, &account, err) != 0)
        return -1;
    if (words->category != NULL && session_find_category(http, arena, words->category, &category, err) != 0)
        return -1;
    const struct {
        const char *name, *value;
    } filters[] = {{"account", account},  {"category", category}, {"tag", words->tag},
                   {"from", words->from}, {"to", words->to},      {"min", words->min},
                   {"max", words->max},   {"q", words->text},     {"status", words->status}};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (filters[i].value != NULL)
            path = arena_printf(arena, "%s%s%s=%s", path, path[strlen(path) - 1] == '?' ? "" : "&",
                                filters[i].name, http_escape(arena, filters[i].value));
    if (path[strlen(path) - 1] == '?')
        path = "/v1/transactions";
    if (session_list(http, arena, path, (size_t)limit, &rows, err) != 0)
        return -1;
    return show(http, arena, words, rows);
}

static int add(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
               struct err *err)
{
    struct words all = *words;
    if (count != 3 || words->account == NULL)
        return err_set(err, ERR_REJECT, "add takes DATE AMOUNT DESCRIPTION and --account NAME");
    all.date = argv[0];
    all.amount = argv[1];
    all.description = argv[2];
    json_t *body = make_body(http, arena, &all, err);
    if (body == NULL)
        return -1;
    struct id id = id_new();
    char key[ID_TEXT_SIZE];
    id_format(&id, key);
    struct http_request request = {.method = "POST",
                                   .path = "/v1/transactions",
                                   .body = json_write(arena, body),
                                   .key = key,
                                   .wait_s = WAIT_S};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    puts(reply.status == 202 ? "accepted; it is stored as soon as a worker is free" : "stored");
    return 0;
}

static int edit(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
                struct err *err)
{
    if (count != 1)
        return err_set(err, ERR_REJECT, "edit takes one ID and what is to change");
    json_t *body = make_body(http, arena, words, err);
    if (body == NULL)
        return -1;
    struct http_request request = {
        .method = "PATCH",
        .path = arena_printf(arena, "/v1/transactions/%s", http_escape(arena, argv[0])),
        .body = json_write(arena, body)};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    return show(http, arena, words, json_own(arena, json_pack("[O]", reply.body)));
}

static int delete (struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
                   struct err *err)
{
    (void)words;
    if (count == 0)
        return err_set(err, ERR_REJECT, "delete takes IDs");
    for (int i = 0; i < count; i++) {
        struct http_request request = {
            .method = "DELETE",
            .path = arena_printf(arena, "/v1/transactions/%s", http_escape(arena, argv[i]))};
        struct http_reply reply;
        if (http_call(http, arena, &request, &reply, err) != 0)
            return -1;
        printf("deleted %s\n", argv[i]);
    }
    return 0;
}

static const struct {
    const char *name;
    int (*run)(struct http *http, struct arena *arena, int count, char **argv, const struct words *words,
               struct err *err);
} verbs[] = {{"list", list}, {"add", add}, {"edit", edit}, {"delete", delete}};

static int run(int argc, char **argv, struct err *err)
{
    struct words words = {0};
    size_t verb = 0;
    int count;
    const struct option options[] = {{"account", &words.account, NULL},
                                     {"category", &words.category, NULL},
                                     {"tag", &words.tag, NULL},
                                     {"tags", &words.tags, NULL},
                                     {"from", &words.from, NULL},
                                     {"to", &words.to, NULL},
                                     {"min", &words.min, NULL},
                                     {"max", &words.max, NULL},
                                     {"q", &words.text, NULL},
                                     {"status", &words.status, NULL},
                                     {"limit", &words.limit, NULL},
                                     {"amount", &words.amount, NULL},
                                     {"date", &words.date, NULL},
                                     {"payee", &words.payee, NULL},
                                     {"memo", &words.memo, NULL},
                                     {"json", NULL, &words.as_json},
                                     {"description", &words.description, NULL},
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
    .run = run,
};

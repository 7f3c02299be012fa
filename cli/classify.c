/* purser classify: asks the person's classifier, and why a transaction stands where it does. */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/table.h"

enum { WAIT_S = 30 };

struct words {
    const char *amount, *currency, *scope;
    bool as_json;
};

static void print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    putchar('\n');
}

static const char *number_of(struct arena *arena, json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    return json_is_number(value) ? arena_printf(arena, "%.3f", json_number_value(value)) : "";
}

static void print_reasons(json_t *reasons, const char *indent)
{
    json_t *reason;
    size_t i;
    json_array_foreach(reasons, i, reason)
    {
        json_t *weight = json_object_get(reason, "weight");
        if (json_is_number(weight))
            printf("%s%+.2f  %s\n", indent, json_number_value(weight), http_text(reason, "text"));
        else
            printf("%s%s\n", indent, http_text(reason, "text"));
    }
}

static int ask(struct http *http, struct arena *arena, const char *text, const struct words *words,
               struct err *err)
{
    json_t *body = json_own(arena, json_pack("{ss}", "description", text)), *ranked;
    size_t i;
    if (words->amount != NULL)
        json_object_set_new(body, "amount", json_string(words->amount));
    if (words->currency != NULL)
        json_object_set_new(body, "currency", json_string(words->currency));
    struct http_request request = {.method = "POST", .path = "/v1/classify", .body = json_write(arena, body)};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    if (words->as_json) {
        print_json(reply.body);
        return 0;
    }
    json_array_foreach(json_object_get(reply.body, "data"), i, ranked)
    {
        printf("%s %s%s%s%s\n", number_of(arena, ranked, "confidence"), http_text(ranked, "name"),
               json_is_true(json_object_get(ranked, "applied")) ? " (set without asking: " : "",
               json_is_true(json_object_get(ranked, "applied")) ? http_text(ranked, "source") : "",
               json_is_true(json_object_get(ranked, "applied")) ? ")" : "");
        print_reasons(json_object_get(ranked, "reasons"), "      ");
    }
    return 0;
}

static int explain(struct http *http, struct arena *arena, const char *id, const struct words *words,
                   struct err *err)
{
    struct http_request request = {
        .method = "GET", .path = arena_printf(arena, "/v1/transactions/%s/category", http_escape(arena, id))};
    struct http_reply reply;
    json_t *suggestion;
    size_t i;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    if (words->as_json) {
        print_json(reply.body);
        return 0;
    }
    const char *name = http_text(reply.body, "name"), *source = http_text(reply.body, "source");
    printf("%s, by %s", name[0] == '\0' ? "no category" : name, source);
    if (json_is_number(json_object_get(reply.body, "confidence")))
        printf(", confidence %s", number_of(arena, reply.body, "confidence"));
    if (json_is_number(json_object_get(reply.body, "threshold")))
        printf(", the bar is %s", number_of(arena, reply.body, "threshold"));
    putchar('\n');
    print_reasons(json_object_get(reply.body, "reasons"), "  ");
    json_array_foreach(json_object_get(reply.body, "suggestions"), i, suggestion)
    {
        printf("  perhaps %s (%s)\n", http_text(suggestion, "name"),
               number_of(arena, suggestion, "confidence"));
    }
    return 0;
}

static int sort(struct http *http, struct arena *arena, const struct words *words, struct err *err)
{
    json_t *body = json_own(arena, json_object());
    if (words->scope != NULL)
        json_object_set_new(body, "scope", json_string(words->scope));
    struct http_request request = {
        .method = "POST", .path = "/v1/classify/run", .body = json_write(arena, body), .wait_s = WAIT_S};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    json_t *job = json_object_get(reply.body, "job"), *result = json_object_get(job, "result");
    if (json_is_object(result))
        printf("job %s: looked at %lld, changed %lld\n", http_text(job, "id"),
               (long long)json_integer_value(json_object_get(result, "looked_at")),
               (long long)json_integer_value(json_object_get(result, "changed")));
    else
        printf("job %s: %s\n", http_text(job, "id"), http_text(job, "state"));
    return 0;
}

static int confirm(struct http *http, struct arena *arena, const char *id, const struct words *words,
                   struct err *err)
{
    struct http_request request = {
        .method = "POST",
        .path = arena_printf(arena, "/v1/transactions/%s/category/confirm", http_escape(arena, id))};
    struct http_reply reply;
    return http_call(http, arena, &request, &reply, err) != 0 ? -1 : explain(http, arena, id, words, err);
}

static int undo(struct http *http, struct arena *arena, const char *id, const struct words *words,
                struct err *err)
{
    struct http_request request = {.method = "DELETE",
                                   .path =
                                       arena_printf(arena, "/v1/classify/runs/%s", http_escape(arena, id)),
                                   .wait_s = WAIT_S};
    struct http_reply reply;
    if (http_call(http, arena, &request, &reply, err) != 0)
        return -1;
    json_t *job = json_object_get(reply.body, "job"), *result = json_object_get(job, "result");
    if (words->as_json)
        print_json(reply.body);
    else if (json_is_object(result))
        printf("restored %lld, kept %lld that were changed since\n",
               (long long)json_integer_value(json_object_get(result, "restored")),
               (long long)json_integer_value(json_object_get(result, "kept")));
    else
        printf("job %s: %s\n", http_text(job, "id"), http_text(job, "state"));
    return 0;
}

/* What has an id behind it. */
static const struct {
    const char *name;
    int (*run)(struct http *, struct arena *, const char *id, const struct words *, struct err *);
} verbs[] = {{"explain", explain}, {"confirm", confirm}, {"undo", undo}};

static int run(int argc, char **argv, struct err *err)
{
    struct words words = {0};
    size_t verb = 0, verb_count = sizeof verbs / sizeof *verbs;
    int count;
    const struct option options[] = {{"amount", &words.amount, NULL},
                                     {"currency", &words.currency, NULL},
                                     {"scope", &words.scope, NULL},
                                     {"json", NULL, &words.as_json},
                                     {NULL, NULL, NULL}};
    if (options_read(argc - 1, argv + 1, options, &count, err) != 0)
        return EXIT_USAGE;
    char **rest = argv + 1;
    bool sorts = count == 1 && strcmp(rest[0], "run") == 0;
    while (count == 2 && verb < verb_count && strcmp(rest[0], verbs[verb].name) != 0)
        verb++;
    if ((count != 1 && count != 2) || verb == verb_count)
        return EXIT_USAGE;
    struct http *http = session_open(err);
    if (http == NULL)
        return EXIT_FAILED;
    struct arena arena;
    arena_init(&arena);
    int failed = count == 2 ? verbs[verb].run(http, &arena, rest[1], &words, err)
                 : sorts    ? sort(http, &arena, &words, err)
                            : ask(http, &arena, rest[0], &words, err);
    arena_free(&arena);
    http_close(http);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command command_classify = {
    .name = "classify",
    .usage = "TEXT [--amount N] [--currency C] [--json]\n"
             "       purser classify explain ID [--json]\n"
             "       purser classify confirm ID [--json]\n"
             "       purser classify run [--scope automatic|uncategorised|all|rules]\n"
             "       purser classify undo JOB [--json]",
    .summary = "Ask which category a text would get, why a transaction has its own, say that it is right, or "
               "sort what is "
               "stored",
    .run = run,
};

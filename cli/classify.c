/* purser classify: asks the person's classifier, and why a transaction stands where it does. */

#include <stdio.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/verb.h"

enum { WAIT_S = 30 };

static struct {
    const char *amount, *currency, *scope;
    bool as_json;
} wish;

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

static int ask(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    json_t *body = json_own(arena, json_pack("{ss}", "description", session->words[0])), *ranked;
    size_t i;
    if (wish.amount != NULL)
        json_object_set_new(body, "amount", json_string(wish.amount));
    if (wish.currency != NULL)
        json_object_set_new(body, "currency", json_string(wish.currency));
    struct http_request request = {.method = "POST", .path = "/v1/classify", .body = json_write(arena, body)};
    struct http_reply reply;
    if (http_call(session->http, arena, &request, &reply, err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(reply.body);
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

static int explain(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    const char *id = http_escape(arena, session->words[0]);
    struct http_reply reply;
    json_t *suggestion;
    size_t i;
    if (http_get(session->http, arena, arena_printf(arena, "/v1/transactions/%s/category", id), &reply,
                 err) != 0)
        return -1;
    if (wish.as_json) {
        show_value(reply.body);
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

static int sort(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    json_t *body = json_own(arena, json_object());
    if (wish.scope != NULL)
        json_object_set_new(body, "scope", json_string(wish.scope));
    struct http_request request = {
        .method = "POST", .path = "/v1/classify/run", .body = json_write(arena, body), .wait_s = WAIT_S};
    struct http_reply reply;
    if (http_call(session->http, arena, &request, &reply, err) != 0)
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

static int confirm(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    const char *id = http_escape(arena, session->words[0]);
    struct http_request request = {.method = "POST",
                                   .path = arena_printf(arena, "/v1/transactions/%s/category/confirm", id)};
    struct http_reply reply;
    return http_call(session->http, arena, &request, &reply, err) != 0 ? -1 : explain(session, err);
}

static int undo(struct session *session, struct err *err)
{
    struct arena *arena = &session->arena;
    const char *id = http_escape(arena, session->words[0]);
    struct http_request request = {
        .method = "DELETE", .path = arena_printf(arena, "/v1/classify/runs/%s", id), .wait_s = WAIT_S};
    struct http_reply reply;
    if (http_call(session->http, arena, &request, &reply, err) != 0)
        return -1;
    json_t *job = json_object_get(reply.body, "job"), *result = json_object_get(job, "result");
    if (wish.as_json)
        show_value(reply.body);
    else if (json_is_object(result))
        printf("restored %lld, kept %lld that were changed since\n",
               (long long)json_integer_value(json_object_get(result, "restored")),
               (long long)json_integer_value(json_object_get(result, "kept")));
    else
        printf("job %s: %s\n", http_text(job, "id"), http_text(job, "state"));
    return 0;
}

static const struct option options[] = {{"amount", &wish.amount, NULL},
                                        {"currency", &wish.currency, NULL},
                                        {"scope", &wish.scope, NULL},
                                        {"json", NULL, &wish.as_json},
                                        {NULL, NULL, NULL}};

static const struct verb verbs[] = {{.name = "explain", .min = 1, .max = 1, .run = explain},
                                    {.name = "confirm", .min = 1, .max = 1, .run = confirm},
                                    {.name = "undo", .min = 1, .max = 1, .run = undo},
                                    {.name = "run", .run = sort},
                                    {.min = 1, .max = 1, .run = ask},
                                    {.run = NULL}};

const struct command command_classify = {
    .name = "classify",
    .usage = "TEXT [--amount N] [--currency C] [--json]\n"
             "       purser classify explain ID [--json]\n"
             "       purser classify confirm ID [--json]\n"
             "       purser classify run [--scope automatic|uncategorised|all|rules]\n"
             "       purser classify undo JOB [--json]",
    .summary = "Ask which category a text would get, why a transaction has its own, say that it is right, or "
               "sort what is stored",
    .verbs = verbs,
    .options = options,
};

#include "api/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/cursor.h"
#include "api/server.h"
#include "base/clock.h"
#include "finance/date.h"

struct query_item {
    const char *name, *value;
    bool is_read;
};

enum { PAGE_DEFAULT = 50, PAGE_MAX = 500, WAIT_MAX_S = 30 };

struct request *request_new(struct api *api, struct conn *conn)
{
    struct arena *arena = malloc(sizeof *arena);
    if (arena == NULL)
        abort();
    arena_init(arena);
    struct request *request = arena_alloc(arena, sizeof *request);
    request->arena = arena;
    request->api = api;
    request->conn = conn;
    request->head = arena_alloc(arena, sizeof *request->head);
    request->id = id_new();
    request->now_ms = clock_wall_ms();
    request->started_us = clock_mono_us();
    api->server->request_count++;
    buf_init(&request->headers, REQUEST_HEADERS_LIMIT);
    buf_init(&request->received, 0);
    faults_init(&request->faults, arena);
    return request;
}

void request_free(struct request *request)
{
    struct server *server = request->api->server;
    server->body_bytes -= request->received.size;
    server->request_count--;
    buf_free(&request->headers);
    buf_free(&request->received);
    struct arena *arena = request->arena; /* holds the request itself */
    arena_free(arena);
    free(arena);
    server_check_drained(server);
}

/* The query */

/* Percent-decoded text; NULL when it is malformed, not UTF-8, or has a NUL. */
static const char *decode(struct arena *arena, struct str text, bool plus_is_space)
{
    char *out = arena_alloc(arena, text.size + 1);
    bool is_good = str_percent_decode(text, plus_is_space, out, text.size + 1) == 0;
    return is_good && str_is_utf8(str_of(out)) ? out : NULL;
}

int request_decode_param(struct request *request, struct str *param)
{
    const char *text = decode(request->arena, *param, false);
    if (text == NULL)
        return -1;
    *param = str_of(text);
    return 0;
}

static void read_query(struct request *request)
{
    request->query_is_read = true;
    request->query_items = arena_array(request->arena, REQUEST_QUERY_MAX, sizeof *request->query_items);
    struct str rest = request->head->query;
    while (rest.size > 0) {
        struct str value, name = str_split(str_split(rest, '&', &rest), '=', &value);
        if (name.size == 0)
            continue;
        if (request->query_count == REQUEST_QUERY_MAX) {
            faults_add(&request->faults, "", "has more than %d query parameters", REQUEST_QUERY_MAX);
            return;
        }
        struct query_item item = {decode(request->arena, name, true), decode(request->arena, value, true),
                                  false};
        if (item.name == NULL || item.value == NULL) {
            faults_add(&request->faults, "", "the query is not percent-encoded UTF-8");
            continue;
        }
        for (size_t i = 0; i < request->query_count; i++)
            if (strcmp(request->query_items[i].name, item.name) == 0)
                faults_add(&request->faults, item.name, "is given twice");
        request->query_items[request->query_count++] = item;
    }
}

const char *request_query(struct request *request, const char *name)
{
    if (!request->query_is_read)
        read_query(request);
    const char *value = NULL;
    for (size_t i = 0; i < request->query_count; i++) {
        if (strcmp(request->query_items[i].name, name) != 0)
            continue;
        request->query_items[i].is_read = true;
        if (value == NULL)
            value = request->query_items[i].value;
    }
    return value;
}

void request_query_text(struct request *request, const char *name, size_t chars_max, const char **value)
{
    const char *text = request_query(request, name);
    if (text == NULL)
        return;
    if (str_utf8_length(str_of(text)) > chars_max || str_has_control(str_of(text)))
        faults_add(&request->faults, name, "must have at most %zu characters and no control character",
                   chars_max);
    else
        *value = text;
}

void request_query_int(struct request *request, const char *name, int64_t min, int64_t max, int64_t *value)
{
    const char *text = request_query(request, name);
    int64_t number;
    if (text == NULL)
        return;
    if (str_to_int(str_of(text), &number) != 0 || number < min || number > max)
        faults_add(&request->faults, name, "must be a whole number from %lld to %lld", (long long)min,
                   (long long)max);
    else
        *value = number;
}

void request_query_choice(struct request *request, const char *name, const char *const *names, int *value)
{
    const char *text = request_query(request, name);
    if (text == NULL)
        return;
    struct buf known;
    buf_init(&known, 200);
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            *value = i;
            buf_free(&known);
            return;
        }
        buf_printf(&known, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    faults_add(&request->faults, name, "must be one of %s", known.data == NULL ? "" : known.data);
    buf_free(&known);
}

void request_query_bool(struct request *request, const char *name, bool *value)
{
    static const char *const names[] = {"false", "true", "0", "1", NULL};
    int choice = -1;
    request_query_choice(request, name, names, &choice);
    if (choice >= 0)
        *value = choice % 2 == 1;
}

void request_query_id(struct request *request, const char *name, const struct id **value)
{
    const char *text = request_query(request, name);
    if (text == NULL)
        return;
    struct id *id = arena_alloc(request->arena, sizeof *id);
    if (id_parse(str_of(text), id) != 0)
        faults_add(&request->faults, name, "must be an id (a UUID)");
    else
        *value = id;
}

void request_query_date(struct request *request, const char *name, int32_t *day, bool *is_set)
{
    const char *text = request_query(request, name);
    if (text == NULL)
        return;
    if (date_parse(str_of(text), day) != 0)
        faults_add(&request->faults, name, "must be a date, YYYY-MM-DD");
    else
        *is_set = true;
}

int64_t request_page(struct request *request, const char **parts, size_t count)
{
    int64_t limit = PAGE_DEFAULT;
    request_query_int(request, "limit", 1, PAGE_MAX, &limit);
    const char *cursor = request_query(request, "cursor");
    if (cursor != NULL && cursor_read(request->arena, &request->api->secret, request->route->pattern, cursor,
                                      parts, count) != 0)
        faults_add(&request->faults, "cursor", "is not a cursor of this list");
    return limit;
}

void request_check_query(struct request *request)
{
    if (!request->query_is_read)
        read_query(request);
    for (size_t i = 0; i < request->query_count; i++)
        if (!request->query_items[i].is_read)
            faults_add(&request->faults, request->query_items[i].name, "is not a known parameter");
}

/* Body and headers */

void request_decode_fields(struct request *request, const struct json_field *fields, size_t count, void *out)
{
    /* The faults are counted; who decodes asks request_refused. */
    (void)!json_decode(request->json, "", fields, count, out, request->arena, &request->faults);
}

const char *request_header(struct request *request, const char *name)
{
    struct str value = head_find(request->head, name);
    return value.data == NULL ? NULL : arena_memdup(request->arena, value.data, value.size);
}

bool request_if_match(struct request *request, int64_t *version)
{
    struct str value = head_find(request->head, "if-match");
    if (value.data == NULL || str_equal(value, STR("*")))
        return false; /* that the thing is there at all, 404 says */
    *version = -1;
    if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"' &&
        str_to_int((struct str){value.data + 1, value.size - 2}, version) != 0)
        *version = -1;
    return true;
}

int64_t request_prefer_wait(struct request *request)
{
    struct str rest = head_find(request->head, "prefer");
    int64_t seconds;
    while (rest.size > 0) {
        struct str value, name = str_trim(str_split(str_trim(str_split(rest, ',', &rest)), '=', &value));
        if (str_equal_nocase(name, STR("wait")) && str_to_int(str_trim(value), &seconds) == 0 && seconds > 0)
            return seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S;
    }
    return 0;
}

void request_on_gone(struct request *request, void (*gone)(struct request *request), void *arg)
{
    request->gone = gone;
    request->gone_arg = arg;
}

/* purser dead …: the jobs that nobody runs any more, and their way back. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cli/operate.h"

enum { PAGE = 500 };

struct filter {
    bool all;
    const char *task, *queue, *reason;
};

static const char *or_any(const char *text)
{
    return text == NULL ? "" : text;
}

/* The dead jobs that the filter wants, as a JSON array. */
static json_t *find(struct operate *operate, const struct filter *filter, struct err *err)
{
    json_t *found = json_own(&operate->arena, json_array());
    for (int64_t offset = 0; offset >= 0;) {
        const char *at = arena_printf(&operate->arena, "%lld", (long long)offset);
        const redisReply *reply = operate_call(operate, err, "dead", at, "500", or_any(filter->task),
                                               or_any(filter->queue), or_any(filter->reason), (char *)NULL);
        const char *json = reply == NULL ? NULL : report_dead(reply, &operate->arena, err);
        if (json == NULL)
            return NULL;
        json_t *page = json_own(&operate->arena, json_loads(json, 0, NULL));
        json_array_extend(found, page);
        offset = reply->element[0]->integer;
    }
    return found;
}

static const char *id_at_index(const json_t *found, size_t index)
{
    return json_string_value(json_object_get(json_array_get(found, index), "id"));
}

static int retry(struct operate *operate, const json_t *found, int64_t *count, struct err *err)
{
    size_t total = json_array_size(found);
    *count = 0;
    for (size_t at = 0; at < total; at += PAGE) {
        struct id ids[PAGE];
        size_t used = 0;
        for (size_t i = at; i < total && i < at + PAGE; i++)
            used += id_parse(str_of(id_at_index(found, i)), &ids[used]) == 0;
        int64_t revived;
        if (operate_retry(operate, ids, used, &revived, err) != 0)
            return -1;
        *count += revived;
    }
    return 0;
}

static int drop(struct operate *operate, const json_t *found, int64_t *count, struct err *err)
{
    *count = 0;
    for (size_t i = 0; i < json_array_size(found); i++) {
        const redisReply *reply =
            operate_call(operate, err, "dead_drop", id_at_index(found, i), (char *)NULL);
        if (reply == NULL)
            return -1;
        *count += reply->integer;
    }
    return 0;
}

static int act(struct operate *operate, int argc, char **argv, const struct filter *filter, struct err *err)
{
    bool has_filter = filter->all || filter->task != NULL || filter->queue != NULL || filter->reason != NULL;
    bool is_retry = strcmp(argv[1], "retry") == 0;
    int64_t count;
    json_t *found;
    if (has_filter == (argc > 2)) /* ids or a filter: "everything" must be said */
        return EXIT_USAGE;
    if (has_filter) {
        found = find(operate, filter, err);
    } else {
        found = json_own(&operate->arena, json_array());
        for (int i = 2; i < argc; i++)
            json_array_append_new(found, json_pack("{s:s}", "id", argv[i]));
    }
    if (found == NULL ||
        (is_retry ? retry(operate, found, &count, err) : drop(operate, found, &count, err)) != 0)
        return EXIT_FAILED;
    show_json(
        arena_printf(&operate->arena, "{\"%s\":%lld}", is_retry ? "retried" : "dropped", (long long)count),
        operate->as_json);
    return !has_filter && count < argc - 2 ? EXIT_FAILED : EXIT_OK;
}

static int run(struct operate *operate, int argc, char **argv, struct err *err)
{
    struct filter filter = {.all = show_take_flag(&argc, argv, "--all"),
                            .task = show_take_value(&argc, argv, "--task"),
                            .queue = show_take_value(&argc, argv, "--queue"),
                            .reason = show_take_value(&argc, argv, "--reason")};
    if (argc >= 2 && (strcmp(argv[1], "retry") == 0 || strcmp(argv[1], "drop") == 0))
        return act(operate, argc, argv, &filter, err);
    if (argc != 2 || strcmp(argv[1], "list") != 0)
        return EXIT_USAGE;
    json_t *found = find(operate, &filter, err);
    if (found == NULL)
        return EXIT_FAILED;
    json_t *report = json_own(
        &operate->arena, json_pack("{s:I,s:O}", "count", (json_int_t)json_array_size(found), "data", found));
    show_json(json_write(&operate->arena, report), operate->as_json);
    return EXIT_OK;
}

const struct command command_dead = {
    .name = "dead",
    .usage = "list [--task NAME] [--queue NAME] [--reason TEXT] [--json]\n"
             "       purser dead retry|drop ID… | --all | --task NAME | --queue NAME | --reason TEXT",
    .summary = "See dead jobs, try them again from the first attempt, or forget them",
    .operate = run,
};

/* purser queue …: what waits where, and whether it may run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/operate.h"
#include "queue/library.h"

static int list(struct operate *operate, struct err *err)
{
    const redisReply *reply = operate_call(operate, err, "queues", (char *)NULL);
    const char *json = reply == NULL ? NULL : report_queues(reply, &operate->arena, clock_wall_ms(), err);
    if (json == NULL)
        return EXIT_FAILED;
    show_json(json, operate->as_json);
    return EXIT_OK;
}

static int show(struct operate *operate, const char *name, struct err *err)
{
    const redisReply *reply = operate_call(operate, err, "queues", (char *)NULL);
    const char *json = reply == NULL ? NULL : report_queues(reply, &operate->arena, clock_wall_ms(), err);
    if (json == NULL)
        return EXIT_FAILED;
    json_t *all = json_own(&operate->arena, json_loads(json, 0, NULL)), *queue;
    size_t index;
    json_array_foreach(json_object_get(all, "data"), index, queue)
    {
        if (strcmp(json_string_value(json_object_get(queue, "name")), name) == 0) {
            show_json(json_write(&operate->arena, queue), operate->as_json);
            return EXIT_OK;
        }
    }
    err_set(err, ERR_REJECT, "no job was ever put into a queue '%s'", name);
    return EXIT_FAILED;
}

/* Says what holds from now on; "" is deleted. */
static int control(struct operate *operate, const char *field, const char *value, struct err *err)
{
    if (operate_control(operate, field, value, err) != 0)
        return EXIT_FAILED;
    const char *json = value[0] == '\0' ? "null" : json_quote(&operate->arena, str_of(value));
    show_json(arena_printf(&operate->arena, "{\"field\":%s,\"value\":%s}",
                           json_quote(&operate->arena, str_of(field)), json),
              operate->as_json);
    return EXIT_OK;
}

static int pause(struct operate *operate, const char *name, bool task, bool is_pause, struct err *err)
{
    const char *field = arena_printf(&operate->arena, "pause:%s:%s", task ? "task" : "queue", name);
    return control(operate, field, is_pause ? "1" : "", err);
}

static int drain(struct operate *operate, const char *name, struct err *err)
{
    int64_t total = 0;
    for (size_t count = 1; count > 0; total += (int64_t)count) {
        const redisReply *reply = operate_call(operate, err, "drain", name, "1000", (char *)NULL);
        if (reply == NULL)
            return EXIT_FAILED;
        count = reply->elements;
    }
    show_json(arena_printf(&operate->arena, "{\"cancelled\":%lld}", (long long)total), operate->as_json);
    return EXIT_OK;
}

static int run(struct operate *operate, int argc, char **argv, struct err *err)
{
    bool task = show_take_flag(&argc, argv, "--task");
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "list") == 0 && argc == 2)
        return list(operate, err);
    if (strcmp(what, "library") == 0 && argc == 2) {
        fputs(library_text(&operate->arena), stdout);
        return EXIT_OK;
    }
    if (strcmp(what, "show") == 0 && argc == 3)
        return show(operate, argv[2], err);
    if ((strcmp(what, "pause") == 0 || strcmp(what, "resume") == 0) && argc == 3)
        return pause(operate, argv[2], task, what[0] == 'p', err);
    if (strcmp(what, "drain") == 0 && argc == 3)
        return drain(operate, argv[2], err);
    if (strcmp(what, "set") == 0 && (argc == 3 || argc == 4))
        return control(operate, argv[2], argc == 4 ? argv[3] : "", err);
    return EXIT_USAGE;
}

const struct command command_queue = {
    .name = "queue",
    .usage = "list | show NAME [--json]\n"
             "       purser queue pause NAME | resume NAME [--task]\n"
             "       purser queue drain NAME\n"
             "       purser queue set FIELD [VALUE]\n"
             "       purser queue library",
    .summary = "See the queues, pause, resume or empty them, set limits (fields in docs/queue.md), print the "
               "Function library",
    .operate = run,
};

/* purser workers: who is alive, and what it holds. */
#include "cli/operate.h"

static int run(int argc, char **argv, struct err *err)
{
    struct operate operate;
    int code = EXIT_FAILED;
    if (operate_open(&operate, &argc, argv, err) == 0) {
        const redisReply *reply = argc == 1 ? operate_call(&operate, err, "nodes", "0", (char *)NULL) : NULL;
        const char *json = reply == NULL ? NULL : report_nodes(reply, &operate.arena, err);
        if (argc > 1)
            code = EXIT_USAGE;
        if (json != NULL) {
            show_json(json, operate.as_json);
            code = EXIT_OK;
        }
    }
    operate_close(&operate);
    return code;
}

const struct command command_workers = {
    .name = "workers",
    .usage = "[--json]",
    .summary = "See the workers, their leases and what they run",
    .run = run,
};

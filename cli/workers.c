/* purser workers: who is alive, and what it holds. */
#include "cli/operate.h"

static int run(struct operate *operate, int argc, char **argv, struct err *err)
{
    (void)argv;
    if (argc != 1)
        return EXIT_USAGE;
    const redisReply *reply = operate_call(operate, err, "nodes", "0", (char *)NULL);
    const char *json = reply == NULL ? NULL : report_nodes(reply, &operate->arena, err);
    if (json == NULL)
        return EXIT_FAILED;
    show_json(json, operate->as_json);
    return EXIT_OK;
}

const struct command command_workers = {
    .name = "workers",
    .usage = "[--json]",
    .summary = "See the workers, their leases and what they run",
    .operate = run,
};

/* purser ping [api|database|redis]…: whether they answer, for health checks and scripts. */

#include <string.h>

#include "base/settings.h"
#include "cli/command.h"
#include "cli/http.h"
#include "db/db.h"
#include "queue/redis.h"

enum { TIMEOUT_MS = 5000 };

static int ping_api(struct arena *arena, struct err *err)
{
    struct http *http = http_open(settings.url, 0, err);
    if (http == NULL)
        return -1;
    struct http_request request = {.method = "GET", .path = "/readyz"};
    struct http_reply reply;
    int failed = http_call(http, arena, &request, &reply, err);
    http_close(http);
    return failed;
}

static int ping_database(struct arena *arena, struct err *err)
{
    struct db *db = db_open(settings.database_url, err);
    if (db == NULL)
        return -1;
    struct db_params params;
    db_params_init(&params, arena);
    int failed = db_run(db, &sql_ping, &params, NULL, err);
    db_close(db);
    return failed;
}

static int ping_redis(struct arena *arena, struct err *err)
{
    struct redis_address address;
    if (redis_parse_url(settings.redis_url, &address, err) != 0)
        return -1;
    struct redis *redis = redis_open(&address, TIMEOUT_MS, err);
    if (redis == NULL)
        return -1;
    struct redis_args args;
    redis_args_init(&args, arena);
    redis_add_text(&args, "PING");
    int failed = redis_run(redis, arena, &args, err) == NULL ? -1 : 0;
    redis_close(redis);
    return failed;
}

static const struct {
    const char *name;
    int (*ping)(struct arena *arena, struct err *err);
} targets[] = {{"api", ping_api}, {"database", ping_database}, {"redis", ping_redis}};

static int ping(const char *name, struct arena *arena, struct err *err)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (strcmp(targets[i].name, name) == 0)
            return targets[i].ping(arena, err) == 0 ? EXIT_OK : EXIT_FAILED;
    err_set(err, ERR_REJECT, "'%s' is none of api, database, redis", name);
    return EXIT_USAGE;
}

static int run(int argc, char **argv, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    int code = argc == 1 ? ping("api", &arena, err) : EXIT_OK;
    for (int i = 1; i < argc && code == EXIT_OK; i++)
        code = ping(argv[i], &arena, err);
    arena_free(&arena);
    return code;
}

const struct command command_ping = {
    .name = "ping",
    .usage = "[api|database|redis]…",
    .summary = "See whether they answer, the API when none is named; exit 1 when one does not",
    .run = run,
};

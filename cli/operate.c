#include "cli/operate.h"

#include <stdarg.h>
#include <string.h>

#include "base/clock.h"
#include "base/settings.h"

int operate_run(int (*run)(struct operate *operate, int argc, char **argv, struct err *err), int argc,
                char **argv, struct err *err)
{
    struct operate operate = {.as_json = show_take_flag(&argc, argv, "--json")};
    arena_init(&operate.arena);
    operate.queue = queue_open(settings.redis_url, err);
    int code = operate.queue == NULL ? EXIT_FAILED : run(&operate, argc, argv, err);
    queue_close(operate.queue);
    db_close(operate.db);
    arena_free(&operate.arena);
    return code;
}

int operate_database(struct operate *operate, struct err *err)
{
    if (operate->db == NULL)
        operate->db = db_open(settings.database_url, err);
    return operate->db == NULL ? -1 : 0;
}

const redisReply *operate_call(struct operate *operate, struct err *err, const char *name, ...)
{
    struct redis_args args;
    va_list texts;
    queue_call_init(&args, &operate->arena, name);
    va_start(texts, name);
    for (const char *text = va_arg(texts, const char *); text != NULL; text = va_arg(texts, const char *))
        redis_add_text(&args, text);
    va_end(texts);
    return queue_call(operate->queue, &args, err);
}

int operate_control(struct operate *operate, const char *field, const char *value, struct err *err)
{
    for (int64_t left = 1; left > 0;) {
        const redisReply *reply = operate_call(operate, err, "control", field, value, (char *)NULL);
        if (reply == NULL)
            return -1;
        left = reply->integer;
    }
    return 0;
}

int operate_retry(struct operate *operate, const struct id *ids, size_t count, int64_t *revived,
                  struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    *revived = 0;
    if (count == 0)
        return 0;
    if (operate_database(operate, err) != 0)
        return -1;
    db_params_init(&params, &operate->arena);
    db_add_ids(&params, ids, NULL, count);
    if (db_run(operate->db, &sql_job_revive, &params, &rows, err) != 0)
        return -1;
    struct redis_args args;
    queue_call_init(&args, &operate->arena, "dead_retry");
    redis_add_int(&args, clock_wall_ms());
    for (size_t i = 0; i < count; i++)
        redis_add_id(&args, &ids[i]);
    const redisReply *reply = queue_call(operate->queue, &args, err);
    if (reply == NULL)
        return -1;
    /* Redis counts what it has; a row that only PostgreSQL had is put by the relay. */
    int64_t here = 0;
    for (size_t i = 0; i < reply->len; i++)
        here += reply->str[i] == '+';
    *revived = here > rows.count ? here : rows.count;
    return 0;
}

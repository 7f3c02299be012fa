/* purser job …: one job, as PostgreSQL and Redis know it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/operate.h"
#include "ledger/jobs.h"

static const char *explain(struct operate *operate, const char *id, struct err *err)
{
    const char *now = arena_printf(&operate->arena, "%lld", (long long)clock_wall_ms());
    const redisReply *reply = operate_call(operate, err, "explain", now, id, (char *)NULL);
    return reply == NULL ? NULL : report_explain(reply, &operate->arena, err);
}

static int show(struct operate *operate, const struct id *id, const char *text, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    if (operate_database(operate, err) != 0)
        return EXIT_FAILED;
    db_params_init(&params, &operate->arena);
    db_add_id(&params, id);
    if (db_run(operate->db, &sql_job_show, &params, &rows, err) != 0)
        return EXIT_FAILED;
    const char *live = explain(operate, text, err);
    if (live == NULL)
        return EXIT_FAILED;
    if (rows.count == 0 && strcmp(live, "null") == 0) {
        err_set(err, ERR_REJECT, "there is no job %s", text);
        return EXIT_FAILED;
    }
    const char *row = rows.count == 0 ? "null" : rows_text(&rows, 0, 0);
    show_json(arena_printf(&operate->arena, "{\"row\":%s,\"redis\":%s}", row, live), operate->as_json);
    return EXIT_OK;
}

static int explain_and_print(struct operate *operate, const char *text, struct err *err)
{
    const char *live = explain(operate, text, err);
    if (live == NULL)
        return EXIT_FAILED;
    if (strcmp(live, "null") == 0)
        live = "{\"state\":\"not in Redis\",\"why\":\"it has ended, was never put, or the relay has yet to "
               "put it again\"}";
    show_json(live, operate->as_json);
    return EXIT_OK;
}

static int cancel(struct operate *operate, const struct id *id, const char *text, struct err *err)
{
    if (operate_database(operate, err) != 0)
        return EXIT_FAILED;
    const redisReply *reply = operate_call(operate, err, "cancel", text, (char *)NULL);
    if (reply == NULL)
        return EXIT_FAILED;
    /* A running one ends in PostgreSQL when its worker has stopped it, so that its effects and its end do not
     * cross. */
    if (strcmp(reply->str, "running") != 0 &&
        jobs_finish(operate->db, &operate->arena, id, 1, JOB_CANCELLED, "cancelled by an operator",
                    clock_wall_ms(), err) != 0)
        return EXIT_FAILED;
    show_json(arena_printf(&operate->arena, "{\"cancel\":\"%s\"}", reply->str), operate->as_json);
    return EXIT_OK;
}

static int retry(struct operate *operate, const struct id *id, struct err *err)
{
    int64_t revived;
    if (operate_retry(operate, id, 1, &revived, err) != 0)
        return EXIT_FAILED;
    if (revived == 0) {
        err_set(err, ERR_REJECT, "the job is not dead");
        return EXIT_FAILED;
    }
    show_json("{\"retried\":1}", operate->as_json);
    return EXIT_OK;
}

static int run(struct operate *operate, int argc, char **argv, struct err *err)
{
    struct id id;
    if (argc != 3)
        return EXIT_USAGE;
    if (id_parse(str_of(argv[2]), &id) != 0) {
        err_set(err, ERR_REJECT, "'%s' is no job's id", argv[2]);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "show") == 0)
        return show(operate, &id, argv[2], err);
    if (strcmp(argv[1], "explain") == 0)
        return explain_and_print(operate, argv[2], err);
    if (strcmp(argv[1], "cancel") == 0)
        return cancel(operate, &id, argv[2], err);
    if (strcmp(argv[1], "retry") == 0)
        return retry(operate, &id, err);
    return EXIT_USAGE;
}

const struct command command_job = {
    .name = "job",
    .usage = "show|explain|cancel|retry ID [--json]",
    .summary = "See one job, why it is not running, cancel it, or try a dead one again",
    .operate = run,
};

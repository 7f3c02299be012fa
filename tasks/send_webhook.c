/*
 * send_webhook: tells a person's own program of the budget alerts that name a job.
 *
 * Needs     {"alerts": JOB}; the alerts stand in budget_alert, URL and sealed secret in notification;
 * PURSER_KEYS.
 *
 * Promises  at least one message, signed, under the same webhook-id whenever it is sent again; dead when the
 * address is one of the inside or the receiver says 410.
 */
#include <stddef.h>
#include <string.h>

#include "base/clock.h"
#include "base/settings.h"
#include "finance/date.h"
#include "finance/money.h"
#include "mail/webhook.h"
#include "tasks/args.h"
#include "tasks/telling.h"

enum { TIMEOUT_MS = 15000 };

/* The columns of budget_alert_mail. */
enum {
    URL = 5,
    SECRET = 6,
    BUDGET,
    PERIOD,
    THRESHOLD,
    AVAILABLE,
    SPENT,
    FORECAST,
    CURRENCY,
    EXPONENT,
    PERIOD_KIND,
    CATEGORY,
    CREATED
};

struct args {
    const struct id *alerts;
};

static const struct json_field fields[] = {
    {"alerts", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, offsetof(struct args, alerts)},
};

static void validate(json_t *value, struct arena *arena, struct faults *faults)
{
    struct args args = {NULL};
    (void)!JSON_DECODE(value, "", fields, &args, arena, faults); /* faults has it */
}

static const char *write_body(struct arena *arena, const struct db_rows *rows)
{
    char at[CLOCK_TEXT_SIZE];
    json_t *alerts = json_array();
    for (int row = 0; row < rows->count; row++) {
        char id[ID_TEXT_SIZE], period[DATE_TEXT_SIZE], amounts[3][MONEY_TEXT_SIZE];
        struct id budget = rows_id(rows, row, BUDGET);
        id_format(&budget, id);
        date_format(rows_date(rows, row, PERIOD), period);
        for (int i = 0; i < 3; i++)
            money_format(rows_int(rows, row, AVAILABLE + i), (int)rows_int(rows, row, EXPONENT), amounts[i]);
        json_array_append_new(alerts, json_pack("{ss ss ss ss ss ss ss ss ss}", "budget_id", id, "category",
                                                rows_text(rows, row, CATEGORY), "period",
                                                rows_text(rows, row, PERIOD_KIND), "from", period,
                                                "threshold", rows_text(rows, row, THRESHOLD), "available",
                                                amounts[0], "spent", amounts[1], "forecast", amounts[2],
                                                "currency", rows_text(rows, row, CURRENCY)));
    }
    clock_format(rows_time(rows, 0, CREATED), at);
    json_t *body =
        json_pack("{ss ss s{so}}", "type", "budget.alert", "timestamp", at, "data", "alerts", alerts);
    return json_write(arena, json_own(arena, body));
}

static int deliver(struct task_context *context, const struct seal_key *key, struct job *job,
                   const struct db_rows *rows)
{
    struct seal_key derived = seal_derive(key, SEAL_WEBHOOK_SECRET);
    struct err why;
    char id[ID_TEXT_SIZE];
    const char *body = write_body(context->arena, rows);
    id_format(&job->id, id);
    struct webhook webhook = {.url = rows_text(rows, 0, URL),
                              .id = arena_printf(context->arena, "msg_%s", id),
                              .timestamp_s = clock_wall_ms() / 1000,
                              .body = str_of(body),
                              .may_be_private = settings.webhook_private != 0,
                              .timeout_ms = TIMEOUT_MS};
    if (seal_open(context->arena, &derived, str_of(rows_text(rows, 0, SECRET)), &webhook.secret, &why) == 0 &&
        webhook_send(context->arena, &webhook, &why) == 0)
        return 0;
    job->outcome.kind = why.class == ERR_RETRY ? OUTCOME_RETRY : OUTCOME_DEAD;
    job->outcome.reason = arena_strdup(context->arena, why.text);
    return 0;
}

static int run_one(struct task_context *context, const struct seal_key *key, struct job *job, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    struct args args = {NULL};
    if (task_read_args(context, job, fields, &args) != 0)
        return 0;
    db_params_init(&params, context->arena);
    db_add_id(&params, args.alerts);
    if (db_run(context->db, &sql_budget_alert_mail, &params, &rows, err) != 0)
        return -1;
    if (rows.count == 0 || rows_text(&rows, 0, URL)[0] == '\0')
        return 0; /* deleted, or not wanted any more */
    return deliver(context, key, job, &rows);
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    return telling_run_each(context, jobs, count, run_one, err);
}

const struct task task_send_webhook = {
    .name = "send_webhook",
    .summary = "Tells a person's own program of budget alerts, signed.",
    .queue = "mail",
    .batch_max = 1,
    .timeout_ms = 60000,
    .retry = {.attempts_max = 12, .base_ms = 5000, .max_ms = 60 * 60 * 1000},
    .args_max = 1024,
    .transaction = TASK_OWN_TRANSACTIONS,
    .validate = validate,
    .run = run,
};

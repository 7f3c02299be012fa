/*
 * send_budget_alerts: tells one person of the alerts that name this job, in one mail.
 *
 * Needs     {}; the alerts stand in budget_alert. PURSER_KEYS, PURSER_MAIL_URL.
 * Promises  no mail in quiet hours (the job waits for their end) nor to who does not want one; else at least
 * one, nearly always exactly one (ledger/mails.h), the same bytes whenever it is sent.
 */
#include <string.h>

#include "base/buf.h"
#include "base/settings.h"
#include "finance/date.h"
#include "finance/money.h"
#include "ledger/mails.h"
#include "mail/template.h"
#include "tasks/telling.h"

enum { BODY_MAX = 256 * 1024 };

/* The columns of budget_alert_mail. */
enum {
    EMAIL,
    TIMEZONE,
    WANTS_MAIL,
    QUIET_FROM,
    QUIET_TO,
    WEBHOOK_URL,
    WEBHOOK_SECRET,
    BUDGET,
    PERIOD,
    THRESHOLD,
    AVAILABLE,
    SPENT,
    FORECAST,
    CURRENCY,
    EXPONENT,
    PERIOD_KIND,
    CATEGORY
};

/* The alert before says more of the same budget and period. */
static bool is_said(const struct db_rows *rows, int row)
{
    if (row == 0 || strcmp(rows_text(rows, row, THRESHOLD), "80") != 0)
        return false;
    struct id before = rows_id(rows, row - 1, BUDGET), this = rows_id(rows, row, BUDGET);
    return id_equal(&before, &this) && rows_date(rows, row - 1, PERIOD) == rows_date(rows, row, PERIOD);
}

static const char *sentence(struct arena *arena, const struct db_rows *rows, int row)
{
    char available[MONEY_TEXT_SIZE], spent[MONEY_TEXT_SIZE], forecast[MONEY_TEXT_SIZE], first[DATE_TEXT_SIZE];
    int exponent = (int)rows_int(rows, row, EXPONENT);
    const char *threshold = rows_text(rows, row, THRESHOLD), *currency = rows_text(rows, row, CURRENCY);
    money_format(rows_int(rows, row, AVAILABLE), exponent, available);
    money_format(rows_int(rows, row, SPENT), exponent, spent);
    money_format(rows_int(rows, row, FORECAST), exponent, forecast);
    date_format(rows_date(rows, row, PERIOD), first);
    const char *about = arena_printf(arena, "%s, %s from %s on", rows_text(rows, row, CATEGORY),
                                     rows_text(rows, row, PERIOD_KIND), first);
    if (strcmp(threshold, "100") == 0)
        return arena_printf(arena, "%s: the budget is used up, %s of %s %s spent.", about, spent, available,
                            currency);
    if (strcmp(threshold, "80") == 0)
        return arena_printf(arena, "%s: 80 %% of the budget is used, %s of %s %s spent.", about, spent,
                            available, currency);
    return arena_printf(arena, "%s: the budget will not do, about %s of %s %s will be spent; %s are so far.",
                        about, forecast, available, currency, spent);
}

static void write_draft(struct arena *arena, const struct db_rows *rows, struct mail_draft *draft)
{
    struct buf *text = buf_new(arena, BODY_MAX), *html = buf_new(arena, BODY_MAX);
    buf_add_text(html, "<ul>\n");
    for (int row = 0; row < rows->count; row++) {
        if (is_said(rows, row))
            continue;
        struct mail_value values[] = {{"line", sentence(arena, rows, row)}, {NULL, NULL}};
        buf_printf(text, "- %s\n", values[0].value);
        buf_add_text(html, mail_fill(arena, "<li>{line}</li>\n", values, MAIL_HTML));
    }
    buf_printf(text, "\nYour budgets: %s\n", settings.url);
    buf_add_text(html, "</ul>\n");
    *draft = (struct mail_draft){.kind = "budget_alert",
                                 .to = str_of(rows_text(rows, 0, EMAIL)),
                                 .subject = "Your budget at Purser",
                                 .text = text->data,
                                 .html = html->data};
}

static int run_one(struct task_context *context, const struct seal_key *key, struct job *job, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    struct mail_draft draft;
    db_params_init(&params, context->arena);
    db_add_id(&params, &job->id);
    if (db_run(context->db, &sql_budget_alert_mail, &params, &rows, err) != 0)
        return -1;
    if (rows.count == 0 || !rows_bool(&rows, 0, WANTS_MAIL))
        return 0;
    if (telling_waits(context, job, rows_text(&rows, 0, TIMEZONE), rows_int(&rows, 0, QUIET_FROM),
                      rows_int(&rows, 0, QUIET_TO)))
        return 0;
    write_draft(context->arena, &rows, &draft);
    return mails_deliver(context->db, context->arena, key, job, &draft, err);
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    return telling_run_each(context, jobs, count, run_one, err);
}

const struct task task_send_budget_alerts = {
    .name = "send_budget_alerts",
    .summary = "Mails a person what was noted of his budgets.",
    .queue = "mail",
    .batch_max = 4,
    .timeout_ms = 120000,
    .retry = {.attempts_max = 8, .base_ms = 1000, .max_ms = 60000},
    .args_max = 1024,
    .transaction = TASK_OWN_TRANSACTIONS,
    .run = run,
};

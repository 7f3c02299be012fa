/*
 * send_statement: mails a person what a month came to.
 *
 * Needs     {}; the statement stands in month_closed, by this job's id. PURSER_KEYS, PURSER_MAIL_URL.
 * Promises  no mail in quiet hours (the job waits) nor to who does not want one; else at least one, nearly
 * always exactly one (ledger/mails.h), the same bytes whenever it is sent.
 */
#include "base/buf.h"
#include "base/json.h"
#include "base/settings.h"
#include "ledger/mails.h"
#include "mail/template.h"
#include "tasks/telling.h"

enum { BODY_MAX = 256 * 1024 };
enum { EMAIL, TIMEZONE, WANTS_MAIL, QUIET_FROM, QUIET_TO, MONTH, STATEMENT }; /* of statement_mail */

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* "+12.00" for more than before. */
static const char *change(struct arena *arena, const json_t *one, const char *name)
{
    const char *text = text_of(one, name);
    return arena_printf(arena, "%s%s", text[0] == '-' ? "" : "+", text);
}

static void write_currency(struct arena *arena, const json_t *one, struct buf *text, struct buf *html)
{
    const struct mail_value values[] = {
        {"currency", text_of(one, "currency")},
        {"income", text_of(one, "income")},
        {"expense", text_of(one, "expense")},
        {"net", text_of(one, "net")},
        {"more_income", change(arena, one, "more_income")},
        {"more_expense", change(arena, one, "more_expense")},
        {NULL, NULL},
    };
    buf_add_text(text, mail_fill(arena,
                                 "{currency}\n  Income   {income}  ({more_income} against the month before)\n"
                                 "  Expense  {expense}  ({more_expense})\n  Net      {net}\n",
                                 values, MAIL_TEXT));
    buf_add_text(html, mail_fill(arena,
                                 "<h2>{currency}</h2>\n<table>\n"
                                 "<tr><th></th><th>This month</th><th>Against the month before</th></tr>\n"
                                 "<tr><td>Income</td><td>{income}</td><td>{more_income}</td></tr>\n"
                                 "<tr><td>Expense</td><td>{expense}</td><td>{more_expense}</td></tr>\n"
                                 "<tr><td>Net</td><td>{net}</td><td></td></tr>\n</table>\n",
                                 values, MAIL_HTML));
}

static void write_top(struct arena *arena, const json_t *top, struct buf *text, struct buf *html)
{
    size_t index;
    json_t *each;
    if (json_array_size(top) == 0)
        return;
    buf_add_text(text, "  Most went to:\n");
    buf_add_text(html, "<p>Most went to:</p>\n<table>\n");
    json_array_foreach((json_t *)top, index, each)
    {
        const struct mail_value values[] = {
            {"name", text_of(each, "name")}, {"expense", text_of(each, "expense")}, {NULL, NULL}};
        buf_add_text(text, mail_fill(arena, "    {name}: {expense}\n", values, MAIL_TEXT));
        buf_add_text(html,
                     mail_fill(arena, "<tr><td>{name}</td><td>{expense}</td></tr>\n", values, MAIL_HTML));
    }
    buf_add_text(html, "</table>\n");
}

static void write_draft(struct arena *arena, const struct db_rows *rows, const json_t *statement,
                        struct mail_draft *draft)
{
    struct buf *text = buf_new(arena, BODY_MAX), *html = buf_new(arena, BODY_MAX);
    const char *month = rows_text(rows, 0, MONTH);
    size_t index;
    json_t *one;
    buf_printf(text, "Your month %s\n\n", month);
    buf_printf(html, "<h1>Your month %s</h1>\n", month);
    json_array_foreach((json_t *)statement, index, one)
    {
        write_currency(arena, one, text, html);
        write_top(arena, json_object_get(one, "top"), text, html);
        buf_add_char(text, '\n');
    }
    buf_printf(text,
               "More: %s\n\nYou get this once a month. It can be turned off there, under notifications.\n",
               settings.url);
    struct mail_value values[] = {{"url", settings.url}, {NULL, NULL}};
    buf_add_text(
        html, mail_fill(arena,
                        "<p>More: <a href=\"{url}\">{url}</a></p>\n<p>You get this once a month. It can be "
                        "turned off there, under notifications.</p>\n",
                        values, MAIL_HTML));
    *draft = (struct mail_draft){.kind = "monthly_statement",
                                 .to = str_of(rows_text(rows, 0, EMAIL)),
                                 .subject = arena_printf(arena, "Your month %s at Purser", month),
                                 .text = text->data,
                                 .html = html->data};
}

static int run_one(struct task_context *context, const struct seal_key *key, struct job *job, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    struct mail_draft draft;
    struct faults faults;
    faults_init(&faults, context->arena);
    db_params_init(&params, context->arena);
    db_add_id(&params, &job->id);
    if (db_run(context->db, &sql_statement_mail, &params, &rows, err) != 0)
        return -1;
    if (rows.count == 0 || !rows_bool(&rows, 0, WANTS_MAIL))
        return 0;
    if (telling_waits(context, job, rows_text(&rows, 0, TIMEZONE), rows_int(&rows, 0, QUIET_FROM),
                      rows_int(&rows, 0, QUIET_TO)))
        return 0;
    json_t *statement = json_read(context->arena, str_of(rows_text(&rows, 0, STATEMENT)), &faults);
    if (statement == NULL)
        return err_set(err, ERR_BUG, "the stored statement is not JSON");
    write_draft(context->arena, &rows, statement, &draft);
    return mails_deliver(context->db, context->arena, key, job, &draft, err);
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    return telling_run_each(context, jobs, count, run_one, err);
}

const struct task task_send_statement = {
    .name = "send_statement",
    .summary = "Mails a person what a month came to.",
    .queue = "mail",
    .batch_max = 4,
    .timeout_ms = 120000,
    .retry = {.attempts_max = 8, .base_ms = 1000, .max_ms = 60000},
    .args_max = 1024,
    .transaction = TASK_OWN_TRANSACTIONS,
    .run = run,
};

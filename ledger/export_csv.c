/*
 * CSV (RFC 4180): CR LF, a quoted cell wherever a comma, quote or line break is. A text that a spreadsheet
 * would run as a formula gets an apostrophe in front (OWASP, "CSV Injection"); amounts are numbers and stay
 * so.
 */
#include <string.h>

#include "finance/date.h"
#include "finance/money.h"
#include "ledger/export.h"

void export_csv_begin(struct buf *out)
{
    buf_add_text(
        out, "id,date,value_date,account,amount,currency,description,payee,memo,category,status,tags,splits,"
             "transfer_id,origin,external_id\r\n");
}

static void add_quoted(struct buf *out, const char *text, char separator)
{
    buf_add_char(out, '"');
    if (strchr("=+-@\t\r", text[0]) != NULL)
        buf_add_char(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_add_char(out, '"');
        buf_add_char(out, *text == '\x1F' ? separator : *text);
    }
    buf_add_char(out, '"');
}

/* A cell of text behind a comma; the parts of a path or list are joined by `separator`. */
static void add_cell(struct buf *out, const char *text, char separator)
{
    buf_add_char(out, ',');
    if (text == NULL || text[0] == '\0')
        return;
    if (strchr("=+-@\t\r", text[0]) != NULL || strpbrk(text, ",\"\r\n\x1F") != NULL)
        add_quoted(out, text, separator);
    else
        buf_add_text(out, text);
}

static void add_id(struct buf *out, const struct id *id)
{
    char text[ID_TEXT_SIZE];
    if (id == NULL)
        return;
    id_format(id, text);
    buf_add_text(out, text);
}

static void add_date(struct buf *out, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    date_format(date, text);
    buf_add_text(out, text);
}

static void add_money(struct buf *out, int64_t minor, int exponent)
{
    char text[MONEY_TEXT_SIZE];
    money_format(minor, exponent, text);
    buf_add_text(out, text);
}

/* "Food:Fruit=-3.20|Household=-1.00" */
static void add_splits(const struct export *export, const struct export_row *row, int exponent,
                       struct buf *out)
{
    const char *amounts = row->split_amounts, *categories = row->split_categories;
    struct export_split split;
    struct buf text;
    buf_init(&text, 64 * 1024);
    while (export_next_split(export, &amounts, &categories, &split)) {
        buf_printf(&text, "%s%s=", text.size == 0 ? "" : "|",
                   split.category == NULL ? "" : split.category->name);
        add_money(&text, split.minor, exponent);
    }
    add_cell(out, text.data, ':');
    buf_free(&text);
}

void export_csv_row(const struct export *export, const struct export_row *row, struct buf *out)
{
    const struct export_account *account = export_account(export, &row->account_id);
    const struct export_category *category = export_category(export, row->category_id);
    if (account == NULL)
        return; /* deleted since the export began, and its rows with it */
    add_id(out, &row->id);
    buf_add_char(out, ',');
    add_date(out, row->date);
    buf_add_char(out, ',');
    if (row->value_date != NULL)
        add_date(out, *row->value_date);
    add_cell(out, account->name, ' ');
    buf_add_char(out, ',');
    add_money(out, row->amount_minor, account->exponent);
    add_cell(out, account->currency, ' ');
    add_cell(out, row->description, ' ');
    add_cell(out, row->payee, ' ');
    add_cell(out, row->memo, ' ');
    add_cell(out, category == NULL ? NULL : category->name, ':');
    add_cell(out, row->status, ' ');
    add_cell(out, row->tags, ';');
    add_splits(export, row, account->exponent, out);
    buf_add_char(out, ',');
    add_id(out, row->transfer_id);
    add_cell(out, row->origin, ' ');
    add_cell(out, row->external_id, ' ');
    buf_add_text(out, "\r\n");
}

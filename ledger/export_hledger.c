/*
 * An hledger journal: every account and currency declared, opening balances against equity, a transfer as one
 * entry with two postings, a split row as one posting a part. What hledger would read as syntax in a name or
 * a description is written otherwise; the exact texts are in the other formats.
 */
#include <string.h>

#include "base/str.h"
#include "finance/date.h"
#include "finance/money.h"
#include "ledger/export.h"

enum { NAME_MAX = 512 };

/* One part of an account's name: ':' would part it, two blanks or ';' end it, a bracket or mark in front
 * change what the posting is. */
static void add_part(struct buf *out, struct str text)
{
    size_t start = out->size;
    bool blank = false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool is_nbsp = c == 0xC2 && i + 1 < text.size && (unsigned char)text.data[i + 1] == 0xA0;
        if (c <= ' ' || c == 0x7F || is_nbsp) {
            i += is_nbsp;
            blank = out->size > start;
            continue;
        }
        if (blank)
            buf_add_char(out, ' ');
        blank = false;
        if (c == ':' || c == '|')
            c = '-';
        else if (c == ';')
            c = ',';
        else if (out->size == start && strchr("([{*!=~&%#\"'", c) != NULL)
            c = '_';
        buf_add_char(out, (char)c);
    }
    if (out->size == start)
        buf_add_text(out, "unnamed");
}

static const char *make_path(struct export *export, const char *root, const char *name)
{
    struct buf path;
    struct str rest = str_of(name);
    buf_init(&path, NAME_MAX * 16);
    buf_add_text(&path, root);
    do {
        struct str part = str_split(rest, '\x1F', &rest);
        buf_add_char(&path, ':');
        add_part(&path, part);
    } while (rest.size > 0);
    const char *kept = arena_memdup(export->arena, path.data, path.size);
    buf_free(&path);
    return kept;
}

static bool is_debt(const char *type)
{
    static const char *const debts[] = {"credit_card", "credit", "loan", "mortgage", "liability"};
    for (size_t i = 0; i < sizeof debts / sizeof *debts; i++)
        if (strcmp(debts[i], type) == 0)
            return true;
    return false;
}

/* Two names may read the same once they are clean: the later gets a number. */
static const char *make_unique(struct export *export, const char *path, size_t count)
{
    const char *wanted = path;
    for (int n = 2;; n++) {
        size_t i = 0;
        while (i < count && strcmp(export->accounts[i].path, path) != 0)
            i++;
        if (i == count)
            return path;
        path = arena_printf(export->arena, "%s %d", wanted, n);
    }
}

void export_hledger_name(struct export *export)
{
    for (size_t i = 0; i < export->account_count; i++) {
        struct export_account *account = &export->accounts[i];
        const char *path =
            make_path(export, is_debt(account->type) ? "liabilities" : "assets", account->name);
        account->path = make_unique(export, path, i);
    }
    for (size_t i = 0; i < export->category_count; i++) {
        struct export_category *category = &export->categories[i];
        const char *root = strcmp(category->kind, "income") == 0     ? "income"
                           : strcmp(category->kind, "transfer") == 0 ? "equity:transfers"
                                                                     : "expenses";
        category->path = make_path(export, root, category->name);
    }
}

static void add_money(struct buf *out, int64_t minor, const struct export_account *account)
{
    char text[MONEY_TEXT_SIZE];
    money_format(minor, account->exponent, text);
    buf_printf(out, "%s %s", text, account->currency);
}

static void add_posting(struct buf *out, const char *path, int64_t minor,
                        const struct export_account *account)
{
    buf_printf(out, "    %s  ", path);
    add_money(out, minor, account);
    buf_add_char(out, '\n');
}

static void add_date(struct buf *out, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    date_format(date, text);
    buf_add_text(out, text);
}

static void declare(const struct export *export, struct buf *out)
{
    for (size_t i = 0; i < export->account_count; i++) {
        const struct export_account *account = &export->accounts[i];
        size_t j = 0;
        while (j < i && strcmp(export->accounts[j].currency, account->currency) != 0)
            j++;
        if (j == i)
            buf_printf(out, "commodity 1000.%.*s %s\n", account->exponent, "0000", account->currency);
    }
    buf_add_text(
        out, "account equity:opening balances\naccount income:uncategorised\naccount expenses:uncategorised\n"
             "account equity:transfers\n");
    for (size_t i = 0; i < export->account_count; i++)
        buf_printf(out, "account %s\n", export->accounts[i].path);
    for (size_t i = 0; i < export->category_count; i++)
        buf_printf(out, "account %s\n", export->categories[i].path);
    buf_add_char(out, '\n');
}

void export_hledger_begin(const struct export *export, struct buf *out)
{
    declare(export, out);
    for (size_t i = 0; i < export->account_count; i++) {
        const struct export_account *account = &export->accounts[i];
        if (!account->is_exported || account->opening_minor == 0)
            continue;
        add_date(out, account->opened);
        buf_add_text(out, " * opening balance\n");
        add_posting(out, account->path, account->opening_minor, account);
        add_posting(out, "equity:opening balances", -account->opening_minor, account);
        buf_add_char(out, '\n');
    }
}

/* Text of a description: one line without what begins a comment. */
static void add_text(struct buf *out, const char *text, bool is_payee)
{
    bool blank = false, first = true;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c <= ' ' || c == 0x7F) {
            blank = !first;
            continue;
        }
        if (blank)
            buf_add_char(out, ' ');
        blank = first = false;
        buf_add_char(out, c == ';' ? ',' : c == '|' && is_payee ? '/' : (char)c);
    }
}

/* "2026-01-02 * payee | description"; an empty code in front of a text that begins like one. */
static void add_head(const struct export_row *row, struct buf *out)
{
    add_date(out, row->date);
    buf_add_text(out, strcmp(row->status, "pending") == 0 ? " ! " : " * ");
    size_t start = out->size;
    if (row->payee != NULL && row->payee[0] != '\0') {
        buf_add_text(out, "() ");
        add_text(out, row->payee, true);
        buf_add_text(out, " | ");
    } else if (strchr("( *!", row->description[0]) != NULL) {
        buf_add_text(out, "() ");
    }
    add_text(out, row->description, false);
    if (out->size == start)
        buf_add_text(out, "()");
    buf_add_char(out, '\n');
}

static const char *path_of(const struct export_category *category, int64_t minor)
{
    if (category != NULL)
        return category->path;
    return minor > 0 ? "income:uncategorised" : "expenses:uncategorised";
}

/* Both halves at once, with the half that goes out; the price in all where the currencies differ. */
static void add_transfer(const struct export_account *account, const struct export_account *other,
                         const struct export_row *row, struct buf *out)
{
    add_head(row, out);
    add_posting(out, account->path, row->amount_minor, account);
    buf_printf(out, "    %s  ", other->path);
    add_money(out, row->other_minor, other);
    if (strcmp(account->currency, other->currency) != 0) {
        buf_add_text(out, " @@ ");
        add_money(out, row->amount_minor < 0 ? -row->amount_minor : row->amount_minor, account);
    }
    if (row->other_date != row->date) {
        buf_add_text(out, "  ; date:");
        add_date(out, row->other_date);
    }
    buf_add_text(out, "\n\n");
}

void export_hledger_row(const struct export *export, const struct export_row *row, struct buf *out)
{
    const struct export_account *account = export_account(export, &row->account_id), *other = NULL;
    if (account == NULL)
        return; /* deleted since the export began, and its rows with it */
    if (row->other_account_id != NULL)
        other = export_account(export, row->other_account_id);
    if (other != NULL && row->other_is_in) {
        if (row->amount_minor < 0)
            add_transfer(account, other, row, out);
        return;
    }
    add_head(row, out);
    add_posting(out, account->path, row->amount_minor, account);
    const char *amounts = row->split_amounts, *categories = row->split_categories;
    struct export_split split;
    if (row->transfer_id != NULL)
        add_posting(out, "equity:transfers", -row->amount_minor, account);
    else if (amounts == NULL)
        add_posting(out, path_of(export_category(export, row->category_id), row->amount_minor),
                    -row->amount_minor, account);
    else
        while (export_next_split(export, &amounts, &categories, &split))
            add_posting(out, path_of(split.category, split.minor), -split.minor, account);
    buf_add_char(out, '\n');
}

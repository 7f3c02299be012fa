#include "ledger/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

const char *const export_format_names[] = {"csv", "json", "hledger", NULL};

const char *export_content_type(enum export_format format)
{
    static const char *const types[] = {"text/csv; charset=utf-8; header=present", "application/json",
                                        "text/plain; charset=utf-8"};
    return types[format];
}

static int compare_accounts(const void *a, const void *b)
{
    const struct export_account *left = a, *right = b;
    return memcmp(&left->id, &right->id, sizeof left->id);
}

static int compare_categories(const void *a, const void *b)
{
    const struct export_category *left = a, *right = b;
    return memcmp(&left->id, &right->id, sizeof left->id);
}

void export_init(struct export *export, enum export_format format, struct arena *arena,
                 struct export_account *accounts, size_t account_count, struct export_category *categories,
                 size_t category_count)
{
    *export = (struct export){format, arena, accounts, categories, account_count, category_count, false};
    if (account_count > 0)
        qsort(accounts, account_count, sizeof *accounts, compare_accounts);
    if (category_count > 0)
        qsort(categories, category_count, sizeof *categories, compare_categories);
    if (format == EXPORT_HLEDGER)
        export_hledger_name(export);
}

const struct export_account *export_account(const struct export *export, const struct id *id)
{
    struct export_account key = {.id = *id};
    return export->account_count == 0
               ? NULL
               : bsearch(&key, export->accounts, export->account_count, sizeof key, compare_accounts);
}

const struct export_category *export_category(const struct export *export, const struct id *id)
{
    if (id == NULL || export->category_count == 0)
        return NULL;
    struct export_category key = {.id = *id};
    return bsearch(&key, export->categories, export->category_count, sizeof key, compare_categories);
}

bool export_next_split(const struct export *export, const char **amounts, const char **categories,
                       struct export_split *split)
{
    if (*amounts == NULL || **amounts == '\0')
        return false;
    struct str rest_amounts, rest_categories;
    struct str amount = str_split(str_of(*amounts), ',', &rest_amounts);
    struct str category = str_split(str_of(*categories == NULL ? "" : *categories), ',', &rest_categories);
    struct id id;
    if (str_to_int(amount, &split->minor) != 0)
        return false;
    split->category = id_parse(category, &id) == 0 ? export_category(export, &id) : NULL;
    *amounts = rest_amounts.size == 0 ? "" : rest_amounts.data;
    *categories = rest_categories.size == 0 ? "" : rest_categories.data;
    return true;
}

static void begin_json(const struct export *export, struct buf *out)
{
    buf_add_text(out, "{\"accounts\":[");
    for (size_t i = 0; i < export->account_count; i++)
        buf_printf(out, "%s\n%s", i == 0 ? "" : ",", export->accounts[i].json);
    buf_add_text(out, "],\n\"categories\":[");
    for (size_t i = 0; i < export->category_count; i++)
        buf_printf(out, "%s\n%s", i == 0 ? "" : ",", export->categories[i].json);
    buf_add_text(out, "],\n\"transactions\":[");
}

void export_begin(struct export *export, struct buf *out)
{
    if (export->format == EXPORT_CSV)
        export_csv_begin(out);
    else if (export->format == EXPORT_JSON)
        begin_json(export, out);
    else
        export_hledger_begin(export, out);
}

void export_row(struct export *export, const struct export_row *row, struct buf *out)
{
    if (export->format == EXPORT_CSV)
        export_csv_row(export, row, out);
    else if (export->format == EXPORT_JSON)
        buf_printf(out, "%s\n%s", export->has_rows ? "," : "", row->json);
    else
        export_hledger_row(export, row, out);
    export->has_rows = true;
}

void export_end(struct export *export, struct buf *out)
{
    if (export->format == EXPORT_JSON)
        buf_add_text(out, "]}\n");
}

#include "ledger/export_rows.h"

#include "finance/date.h"

enum { IS_ACCOUNT, NAME_ID, NAME, KIND, CURRENCY, EXPONENT, IS_EXPORTED, OPENING, OPENED, NAME_JSON };
enum {
    DATE,
    ID,
    VALUE_DATE,
    ACCOUNT,
    AMOUNT,
    DESCRIPTION,
    PAYEE,
    MEMO,
    STATUS,
    CATEGORY,
    ORIGIN,
    EXTERNAL,
    TAGS,
    SPLIT_AMOUNTS,
    SPLIT_CATEGORIES,
    TRANSFER,
    OTHER_ACCOUNT,
    OTHER_AMOUNT,
    OTHER_DATE,
    OTHER_IS_IN,
    ROW_JSON
};

static void add_date(struct db_params *params, int32_t date, bool is_set)
{
    if (is_set)
        db_add_date(params, date);
    else
        db_add_null(params);
}

void export_names_params(struct db_params *params, const struct export_scope *scope)
{
    db_add_id(params, scope->user);
    db_add_id(params, scope->account);
    add_date(params, scope->from, scope->has_from);
    add_date(params, scope->to, scope->has_to);
}

void export_rows_params(struct db_params *params, const struct export_scope *scope, enum export_format format,
                        int32_t after_date, const struct id *after, int64_t limit)
{
    static const struct id lowest;
    int32_t from = scope->has_from ? scope->from : DATE_MIN;
    char *date = arena_alloc(params->arena, DATE_TEXT_SIZE), *id = arena_alloc(params->arena, ID_TEXT_SIZE);
    date_format(after == NULL ? from : after_date, date);
    id_format(after == NULL ? &lowest : after, id);
    db_add_id(params, scope->user);
    db_add_id(params, scope->account);
    db_add_date(params, from);
    db_add_date(params, scope->has_to ? scope->to : DATE_MAX);
    db_add_text(params, date);
    db_add_text(params, id);
    db_add_int(params, limit);
    db_add_bool(params, format == EXPORT_JSON);
}

void export_take_names(struct export *export, enum export_format format, const struct db_rows *rows,
                       struct arena *arena)
{
    struct export_account *accounts = arena_array(arena, (size_t)rows->count + 1, sizeof *accounts);
    struct export_category *categories = arena_array(arena, (size_t)rows->count + 1, sizeof *categories);
    size_t account_count = 0, category_count = 0;
    for (int i = 0; i < rows->count; i++) {
        if (rows_bool(rows, i, IS_ACCOUNT))
            accounts[account_count++] = (struct export_account){
                .id = rows_id(rows, i, NAME_ID),
                .name = rows_text(rows, i, NAME),
                .type = rows_text(rows, i, KIND),
                .currency = rows_text(rows, i, CURRENCY),
                .exponent = (int)rows_int(rows, i, EXPONENT),
                .is_exported = rows_bool(rows, i, IS_EXPORTED),
                .opening_minor = rows_int(rows, i, OPENING),
                .opened = rows_date(rows, i, OPENED),
                .json = rows_text(rows, i, NAME_JSON),
            };
        else
            categories[category_count++] = (struct export_category){
                .id = rows_id(rows, i, NAME_ID),
                .name = rows_text(rows, i, NAME),
                .kind = rows_text(rows, i, KIND),
                .json = rows_text(rows, i, NAME_JSON),
            };
    }
    export_init(export, format, arena, accounts, account_count, categories, category_count);
}

void export_row_key(const struct db_rows *rows, int row, int32_t *date, struct id *id)
{
    *date = rows_date(rows, row, DATE);
    *id = rows_id(rows, row, ID);
}

static const struct id *optional_id(const struct db_rows *rows, int row, int column, struct id *id)
{
    if (rows_is_null(rows, row, column))
        return NULL;
    *id = rows_id(rows, row, column);
    return id;
}

void export_write_rows(struct export *export, const struct db_rows *rows, struct buf *out)
{
    for (int i = 0; i < rows->count; i++) {
        struct id category, transfer, other;
        int32_t value_date = rows_date(rows, i, VALUE_DATE);
        struct export_row row = {
            .id = rows_id(rows, i, ID),
            .account_id = rows_id(rows, i, ACCOUNT),
            .category_id = optional_id(rows, i, CATEGORY, &category),
            .transfer_id = optional_id(rows, i, TRANSFER, &transfer),
            .date = rows_date(rows, i, DATE),
            .value_date = rows_is_null(rows, i, VALUE_DATE) ? NULL : &value_date,
            .amount_minor = rows_int(rows, i, AMOUNT),
            .description = rows_text(rows, i, DESCRIPTION),
            .payee = rows_text(rows, i, PAYEE),
            .memo = rows_text(rows, i, MEMO),
            .status = rows_text(rows, i, STATUS),
            .origin = rows_text(rows, i, ORIGIN),
            .external_id = rows_text(rows, i, EXTERNAL),
            .tags = rows_text(rows, i, TAGS),
            .split_amounts = rows_text(rows, i, SPLIT_AMOUNTS),
            .split_categories = rows_text(rows, i, SPLIT_CATEGORIES),
            .other_account_id = optional_id(rows, i, OTHER_ACCOUNT, &other),
            .other_minor = rows_int(rows, i, OTHER_AMOUNT),
            .other_date = rows_date(rows, i, OTHER_DATE),
            .other_is_in = rows_bool(rows, i, OTHER_IS_IN),
            .json = rows_text(rows, i, ROW_JSON),
        };
        export_row(export, &row, out);
    }
}

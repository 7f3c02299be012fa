#include "ledger/edits.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "finance/date.h"
#include "finance/money.h"
#include "ledger/transactions.h"

#define MEMBER(member) offsetof(struct transaction_edit, member)

static const struct json_field edit_fields[] = {
    {"account_id", JSON_FIELD_ID, 0, 0, 0, MEMBER(account_id)},
    {"amount", JSON_FIELD_DECIMAL, 0, 0, 0, MEMBER(amount)},
    {"currency", JSON_FIELD_TEXT, 0, 3, 3, MEMBER(currency)},
    {"date", JSON_FIELD_TEXT, 0, 10, 10, MEMBER(date)},
    {"description", JSON_FIELD_TEXT, 0, 1, DESCRIPTION_MAX, MEMBER(description)},
    {"payee", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(payee)},
    {"memo", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(memo)},
    {"category_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, MEMBER(category_id)},
    {"tags", JSON_FIELD_ARRAY, 0, 0, TAGS_MAX, MEMBER(tags)},
    {"splits", JSON_FIELD_ARRAY, JSON_NULLABLE, 0, SPLITS_MAX, MEMBER(splits)},
    {"status", JSON_FIELD_TEXT, 0, 1, 10, MEMBER(status)},
};

struct split {
    const char *amount, *memo;
    const struct id *category_id;
};

static const struct json_field split_fields[] = {
    {"amount", JSON_FIELD_DECIMAL, JSON_REQUIRED, 0, 0, offsetof(struct split, amount)},
    {"memo", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, offsetof(struct split, memo)},
    {"category_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, offsetof(struct split, category_id)},
};

int edit_read(json_t *posted, struct arena *arena, struct transaction_edit *edit, struct faults *faults)
{
    *edit = (struct transaction_edit){.posted = posted};
    (void)!JSON_DECODE(posted, "", edit_fields, edit, arena, faults); /* faults has it */
    int32_t date;
    if (edit->date != NULL && date_parse(str_of(edit->date), &date) != 0)
        faults_add(faults, "/date", "must be a date that exists, as YYYY-MM-DD");
    if (edit->status != NULL)
        transaction_check_status(edit->status, "/status", faults);
    transaction_check_tags(edit->tags, "/tags", faults);
    size_t index;
    json_t *value;
    json_array_foreach(edit->splits, index, value)
    {
        struct split split = {0};
        (void)!JSON_DECODE(value, arena_printf(arena, "/splits/%zu", index), split_fields, &split, arena,
                           faults);
    }
    return faults->count > 0 ? -1 : 0;
}

static const struct id *split_category(const json_t *split, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(split, "category_id"));
    struct id *id = arena_alloc(arena, sizeof *id);
    return text != NULL && id_parse(str_of(text), id) == 0 ? id : NULL;
}

/* The different categories an edit names. */
static size_t named_categories(const struct transaction_edit *edit, struct arena *arena, struct id *ids)
{
    size_t count = 0, index;
    json_t *split;
    if (edit->category_id != NULL)
        ids[count++] = *edit->category_id;
    json_array_foreach(edit->splits, index, split)
    {
        const struct id *category = split_category(split, arena);
        bool known = category == NULL;
        for (size_t i = 0; i < count && !known; i++)
            known = id_equal(&ids[i], category);
        if (!known)
            ids[count++] = *category;
    }
    return count;
}

void edit_lookup_params(struct db_params *params, const struct id *user, const struct id *transaction,
                        const struct transaction_edit *edit)
{
    struct id categories[SPLITS_MAX + 1];
    size_t count = named_categories(edit, params->arena, categories);
    db_add_id(params, user);
    db_add_id(params, transaction);
    db_add_id(params, edit->account_id);
    db_add_ids(params, categories, NULL, count);
}

enum facts_column { CURRENCY, EXPONENT, AMOUNT, IS_TRANSFER, GOAL_CURRENCY, CATEGORIES };

static int64_t settle_amount(const char *text, const char *pointer, const struct db_rows *facts,
                             struct faults *faults)
{
    int exponent = (int)rows_int(facts, 0, EXPONENT);
    int64_t minor = 0;
    enum money_result result = money_parse(str_of(text), exponent, &minor);
    if (result != MONEY_OK)
        faults_add(faults, pointer, "%s (%s has %d)", money_result_text(result),
                   rows_text(facts, 0, CURRENCY), exponent);
    return minor;
}

static json_t *settle_splits(const json_t *splits, int64_t total, const struct db_rows *facts,
                             struct faults *faults)
{
    if (json_array_size(splits) == 0)
        return json_null(); /* no splits any more */
    json_t *out = json_array();
    json_t *split;
    int64_t sum = 0;
    size_t index;
    json_array_foreach(splits, index, split)
    {
        struct split read = {0};
        const char *pointer = arena_printf(faults->arena, "/splits/%zu", index);
        if (JSON_DECODE(split, pointer, split_fields, &read, faults->arena, faults) != 0)
            break;
        pointer = arena_printf(faults->arena, "%s/amount", pointer);
        int64_t minor = settle_amount(read.amount, pointer, facts, faults);
        if (money_add(sum, minor, &sum) != 0)
            faults_add(faults, pointer, "makes the sum too large");
        json_t *settled = json_copy(split);
        json_object_set_new(settled, "minor", json_integer(minor));
        json_array_append_new(out, settled);
    }
    if (faults->count == 0 && sum != total)
        faults_add(faults, "/splits", "do not sum to the amount of the transaction");
    return out;
}

const char *edit_settle(const struct transaction_edit *edit, const struct db_rows *facts, struct arena *arena,
                        struct faults *faults)
{
    const char *currency = rows_text(facts, 0, CURRENCY), *goal_currency = rows_text(facts, 0, GOAL_CURRENCY);
    json_t *body = json_own(arena, json_copy(edit->posted));
    int64_t amount = rows_int(facts, 0, AMOUNT);
    struct id ignored[SPLITS_MAX + 1];

    if (edit->account_id != NULL && goal_currency == NULL)
        faults_add(faults, "/account_id", TRANSACTIONS_UNKNOWN_ACCOUNT);
    else if (edit->account_id != NULL && strcmp(goal_currency, currency) != 0)
        faults_add(faults, "/account_id", "is in %s, but the transaction is in %s", goal_currency, currency);
    if (edit->currency != NULL && strcmp(edit->currency, currency) != 0)
        faults_add(faults, "/currency", "is %s, but the transaction is in %s", edit->currency, currency);
    if (rows_int(facts, 0, CATEGORIES) != (int64_t)named_categories(edit, arena, ignored))
        faults_add(faults, edit->category_id != NULL ? "/category_id" : "/splits",
                   "names a category that is not yours");
    if (rows_bool(facts, 0, IS_TRANSFER) &&
        (edit->amount != NULL || edit->account_id != NULL || edit->splits != NULL))
        faults_add(faults,
                   edit->amount != NULL       ? "/amount"
                   : edit->account_id != NULL ? "/account_id"
                                              : "/splits",
                   "can't be changed in one half of a transfer");
    if (edit->amount != NULL) {
        amount = settle_amount(edit->amount, "/amount", facts, faults);
        json_object_set_new(body, "minor", json_integer(amount));
    }
    if (edit->splits != NULL)
        json_object_set_new(body, "splits", settle_splits(edit->splits, amount, facts, faults));
    json_object_del(body, "amount");
    return faults->count > 0 ? NULL : json_write(arena, body);
}

#include "ledger/edits.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "finance/date.h"
#include "finance/money.h"
#include "ledger/splits.h"
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
    splits_check(edit->splits, faults);
    return faults->count > 0 ? -1 : 0;
}

void edit_lookup_params(struct db_params *params, const struct id *user, const struct id *transaction,
                        const struct transaction_edit *edit)
{
    struct id categories[SPLITS_MAX + 1];
    size_t count = splits_categories(edit->category_id, edit->splits, categories);
    db_add_id(params, user);
    db_add_id(params, transaction);
    db_add_id(params, edit->account_id);
    db_add_ids(params, categories, NULL, count);
}

enum facts_column { CURRENCY, EXPONENT, AMOUNT, IS_TRANSFER, GOAL_CURRENCY, CATEGORIES };

const char *edit_settle(const struct transaction_edit *edit, const struct db_rows *facts, struct arena *arena,
                        struct faults *faults)
{
    const char *currency = rows_text(facts, 0, CURRENCY), *goal_currency = rows_text(facts, 0, GOAL_CURRENCY);
    json_t *body = json_own(arena, json_copy(edit->posted));
    int exponent = (int)rows_int(facts, 0, EXPONENT);
    int64_t amount = rows_int(facts, 0, AMOUNT);
    struct id ignored[SPLITS_MAX + 1];

    if (edit->account_id != NULL && goal_currency == NULL)
        faults_add(faults, "/account_id", TRANSACTIONS_UNKNOWN_ACCOUNT);
    else if (edit->account_id != NULL && strcmp(goal_currency, currency) != 0)
        faults_add(faults, "/account_id", "is in %s, but the transaction is in %s", goal_currency, currency);
    if (edit->currency != NULL && strcmp(edit->currency, currency) != 0)
        faults_add(faults, "/currency", "is %s, but the transaction is in %s", edit->currency, currency);
    if (rows_int(facts, 0, CATEGORIES) !=
        (int64_t)splits_categories(edit->category_id, edit->splits, ignored))
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
        amount = 0;
        (void)!money_read(edit->amount, currency, exponent, "/amount", &amount, faults); /* faults has it */
        json_object_set_new(body, "minor", json_integer(amount));
    }
    if (edit->splits != NULL)
        json_object_set_new(body, "splits", splits_settle(edit->splits, amount, currency, exponent, faults));
    json_object_del(body, "amount");
    return faults->count > 0 ? NULL : json_write(arena, body);
}

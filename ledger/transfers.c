#include "ledger/transfers.h"

#include <stddef.h>
#include <string.h>

#include "base/json.h"
#include "base/settings.h"
#include "finance/date.h"
#include "finance/money.h"
#include "ledger/transactions.h"

#define MEMBER(member) offsetof(struct new_transfer, member)

static const struct json_field fields[] = {
    {"from_account_id", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, MEMBER(from_account_id)},
    {"to_account_id", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, MEMBER(to_account_id)},
    {"amount", JSON_FIELD_DECIMAL, JSON_REQUIRED, 0, 0, MEMBER(amount_text)},
    {"to_amount", JSON_FIELD_DECIMAL, JSON_NULLABLE, 0, 0, MEMBER(to_amount_text)},
    {"date", JSON_FIELD_TEXT, JSON_REQUIRED, 10, 10, MEMBER(date_text)},
    {"description", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(description)},
};

int transfer_read(json_t *posted, struct arena *arena, struct new_transfer *transfer, struct faults *faults)
{
    *transfer = (struct new_transfer){.description = "Transfer"};
    (void)!JSON_DECODE(posted, "", fields, transfer, arena, faults); /* faults has it */
    if (transfer->date_text != NULL && date_parse(str_of(transfer->date_text), &transfer->date) != 0)
        faults_add(faults, "/date", "must be a date that exists, as YYYY-MM-DD");
    if (transfer->from_account_id != NULL && transfer->to_account_id != NULL &&
        id_equal(transfer->from_account_id, transfer->to_account_id))
        faults_add(faults, "/to_account_id", "must be another account than from_account_id");
    return faults->count > 0 ? -1 : 0;
}

void transfer_lookup_params(struct db_params *params, const struct id *user,
                            const struct new_transfer *transfer)
{
    struct id accounts[] = {*transfer->from_account_id, *transfer->to_account_id};
    db_add_id(params, user);
    db_add_ids(params, accounts, NULL, 2);
    db_add_ids(params, NULL, NULL, 0);
}

static int find_account(const struct db_rows *found, const struct id *account)
{
    for (int row = 0; row < found->count; row++) {
        struct id id = rows_id(found, row, 1);
        if (id_equal(&id, account))
            return row;
    }
    return -1;
}

static int64_t settle_amount(const char *text, const char *pointer, const struct db_rows *found, int row,
                             struct faults *faults)
{
    int64_t minor = 0;
    enum money_result result = money_parse(str_of(text), (int)rows_int(found, row, 3), &minor);
    if (result != MONEY_OK)
        faults_add(faults, pointer, "%s", money_result_text(result));
    else if (minor <= 0)
        faults_add(faults, pointer,
                   "must be more than zero: it leaves from_account_id and comes into to_account_id");
    return minor;
}

int transfer_settle(struct new_transfer *transfer, const struct db_rows *found, struct faults *faults)
{
    int from = find_account(found, transfer->from_account_id),
        to = find_account(found, transfer->to_account_id);
    if (from < 0)
        faults_add(faults, "/from_account_id", TRANSACTIONS_UNKNOWN_ACCOUNT);
    if (to < 0)
        faults_add(faults, "/to_account_id", TRANSACTIONS_UNKNOWN_ACCOUNT);
    if (from < 0 || to < 0)
        return -1;
    bool same_currency = strcmp(rows_text(found, from, 2), rows_text(found, to, 2)) == 0;
    transfer->out_minor = settle_amount(transfer->amount_text, "/amount", found, from, faults);
    if (transfer->to_amount_text != NULL)
        transfer->in_minor = settle_amount(transfer->to_amount_text, "/to_amount", found, to, faults);
    else if (same_currency)
        transfer->in_minor = transfer->out_minor;
    else
        faults_add(faults, "/to_amount", "is missing: the accounts are in %s and %s",
                   rows_text(found, from, 2), rows_text(found, to, 2));
    if (faults->count == 0 && same_currency && transfer->in_minor != transfer->out_minor)
        faults_add(faults, "/to_amount", "must be the amount: both accounts are in %s",
                   rows_text(found, from, 2));
    return faults->count > 0 ? -1 : 0;
}

void transfer_create_params(struct db_params *params, const struct id *user, const struct id *id,
                            const struct new_transfer *transfer, int64_t now_ms)
{
    /* The rows' ids follow from the transfer's, so that a repetition finds them. */
    struct id out = *id, in = *id;
    out.bytes[15] ^= 1;
    in.bytes[15] ^= 2;
    db_add_id(params, user);
    db_add_id(params, id);
    db_add_id(params, &out);
    db_add_id(params, &in);
    db_add_id(params, transfer->from_account_id);
    db_add_id(params, transfer->to_account_id);
    db_add_int(params, transfer->out_minor);
    db_add_int(params, transfer->in_minor);
    db_add_date(params, transfer->date);
    db_add_text(params, transfer->description);
    db_add_time(params, now_ms);
}

int transfers_detect(struct db *db, struct arena *arena, const struct id *upload, const struct id *user,
                     int64_t now_ms, int64_t *found, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_id(&params, upload);
    db_add_id(&params, user);
    db_add_int(&params, settings.transfer_days);
    db_add_time(&params, now_ms);
    if (db_run(db, &sql_transfer_detect, &params, &rows, err) != 0)
        return -1;
    *found = rows_int(&rows, 0, 0);
    return 0;
}

int transfer_link_read(json_t *posted, struct arena *arena, struct id pair[2], struct faults *faults)
{
    json_t *ids = NULL;
    static const struct json_field link_fields[] = {
        {"transaction_ids", JSON_FIELD_ARRAY, JSON_REQUIRED, 2, 2, 0}};
    if (JSON_DECODE(posted, "", link_fields, &ids, arena, faults) != 0)
        return -1;
    for (size_t i = 0; i < 2; i++) {
        const char *text = json_string_value(json_array_get(ids, i));
        if (text == NULL || id_parse(str_of(text), &pair[i]) != 0) {
            faults_add(faults, i == 0 ? "/transaction_ids/0" : "/transaction_ids/1", "must be a UUID");
            return -1;
        }
    }
    if (id_equal(&pair[0], &pair[1])) {
        faults_add(faults, "/transaction_ids/1", "is the same transaction again");
        return -1;
    }
    return 0;
}

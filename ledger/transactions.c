#include "ledger/transactions.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "finance/date.h"
#include "finance/money.h"

#define MEMBER(member) offsetof(struct new_transaction, member)

enum { PERMILLE_SURE = 1000 };

static const struct json_field posted_fields[] = {
    {"account_id", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, MEMBER(account_id)},
    {"amount", JSON_FIELD_DECIMAL, JSON_REQUIRED, 0, 0, MEMBER(amount_text)},
    {"currency", JSON_FIELD_TEXT, JSON_NULLABLE, 3, 3, MEMBER(currency)},
    {"date", JSON_FIELD_TEXT, JSON_REQUIRED, 10, 10, MEMBER(date_text)},
    {"description", JSON_FIELD_TEXT, JSON_REQUIRED, 1, DESCRIPTION_MAX, MEMBER(description)},
    {"payee", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(payee)},
    {"memo", JSON_FIELD_TEXT, JSON_NULLABLE, 1, DESCRIPTION_MAX, MEMBER(memo)},
    {"category_id", JSON_FIELD_ID, JSON_NULLABLE, 0, 0, MEMBER(category_id)},
    {"tags", JSON_FIELD_ARRAY, JSON_NULLABLE, 0, TAGS_MAX, MEMBER(tags)},
    {"status", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 10, MEMBER(status)},
    {"external_id", JSON_FIELD_TEXT, JSON_NULLABLE, 1, 200, MEMBER(external_id)},
};

/* What stands in a job: settled, and so with the id and the amount in minor units. */
struct stored_transaction {
    const struct id *id;
    struct new_transaction transaction;
};
#define STORED(member) offsetof(struct stored_transaction, transaction.member)

static const struct json_field stored_fields[] = {
    {"id", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, offsetof(struct stored_transaction, id)},
    {"account_id", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, STORED(account_id)},
    {"minor", JSON_FIELD_INT, JSON_REQUIRED, -MONEY_MAX, MONEY_MAX, STORED(amount_minor)},
    {"currency", JSON_FIELD_TEXT, JSON_REQUIRED, 3, 3, STORED(currency)},
    {"date", JSON_FIELD_TEXT, JSON_REQUIRED, 10, 10, STORED(date_text)},
    {"description", JSON_FIELD_TEXT, JSON_REQUIRED, 1, DESCRIPTION_MAX, STORED(description)},
    {"payee", JSON_FIELD_TEXT, 0, 1, DESCRIPTION_MAX, STORED(payee)},
    {"memo", JSON_FIELD_TEXT, 0, 1, DESCRIPTION_MAX, STORED(memo)},
    {"category_id", JSON_FIELD_ID, 0, 0, 0, STORED(category_id)},
    {"tags", JSON_FIELD_ARRAY, 0, 0, TAGS_MAX, STORED(tags)},
    {"status", JSON_FIELD_TEXT, 0, 1, 10, STORED(status)},
    {"external_id", JSON_FIELD_TEXT, 0, 1, 200, STORED(external_id)},
};

void transaction_check_status(const char *status, const char *pointer, struct faults *faults)
{
    if (strcmp(status, "booked") != 0 && strcmp(status, "pending") != 0)
        faults_add(faults, pointer, "must be booked or pending");
}

void transaction_check_tags(const json_t *tags, const char *pointer, struct faults *faults)
{
    for (size_t i = 0; i < json_array_size(tags); i++) {
        const json_t *tag = json_array_get(tags, i);
        struct str name = {json_string_value(tag), json_string_length(tag)};
        if (!json_is_string(tag) || name.size == 0 || str_utf8_length(name) > TAG_NAME_MAX ||
            str_has_control(name))
            faults_add(faults, arena_printf(faults->arena, "%s/%zu", pointer, i),
                       "must be a string of 1 to %d characters without control characters", TAG_NAME_MAX);
    }
}

/* What both forms have in common beyond types and lengths. */
static void check(struct new_transaction *transaction, const char *pointer, struct arena *arena,
                  struct faults *faults)
{
    if (transaction->date_text != NULL && date_parse(str_of(transaction->date_text), &transaction->date) != 0)
        faults_add(faults, arena_printf(arena, "%s/date", pointer),
                   "must be a date that exists, as YYYY-MM-DD");
    if (transaction->status == NULL)
        transaction->status = "booked";
    transaction_check_status(transaction->status, arena_printf(arena, "%s/status", pointer), faults);
    transaction_check_tags(transaction->tags, arena_printf(arena, "%s/tags", pointer), faults);
}

static const char *pointer_of(struct arena *arena, bool is_list, size_t index)
{
    return is_list ? arena_printf(arena, "/transactions/%zu", index) : "";
}

int transactions_read(json_t *body, struct arena *arena, struct new_transaction **list, size_t *count,
                      struct faults *faults)
{
    struct {
        json_t *transactions;
    } envelope = {NULL};
    static const struct json_field envelope_fields[] = {
        {"transactions", JSON_FIELD_ARRAY, JSON_REQUIRED, 1, TRANSACTIONS_PER_REQUEST_MAX, 0},
    };
    bool is_list = json_object_get(body, "transactions") != NULL;
    if (is_list && JSON_DECODE(body, "", envelope_fields, &envelope, arena, faults) != 0)
        return -1;
    *count = is_list ? json_array_size(envelope.transactions) : 1;
    *list = arena_array(arena, *count, sizeof **list);
    for (size_t i = 0; i < *count; i++) {
        struct new_transaction *transaction = &(*list)[i];
        json_t *value = is_list ? json_array_get(envelope.transactions, i) : body;
        const char *pointer = pointer_of(arena, is_list, i);
        transaction->id = id_new();
        (void)!JSON_DECODE(value, pointer, posted_fields, transaction, arena, faults); /* faults has it */
        check(transaction, pointer, arena, faults);
    }
    return faults->count > 0 ? -1 : 0;
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

static size_t unique_ids(struct id *ids, size_t count)
{
    size_t kept = 0;
    qsort(ids, count, sizeof *ids, compare_ids);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !id_equal(&ids[kept - 1], &ids[i]))
            ids[kept++] = ids[i];
    return kept;
}

void transactions_lookup_params(struct db_params *params, const struct id *user,
                                const struct new_transaction *list, size_t count)
{
    struct id *accounts = arena_array(params->arena, count, sizeof *accounts);
    struct id *categories = arena_array(params->arena, count, sizeof *categories);
    size_t category_count = 0;
    size_t account_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].account_id != NULL)
            accounts[account_count++] = *list[i].account_id;
        if (list[i].category_id != NULL)
            categories[category_count++] = *list[i].category_id;
    }
    db_add_id(params, user);
    db_add_ids(params, accounts, NULL, unique_ids(accounts, account_count));
    db_add_ids(params, categories, NULL, unique_ids(categories, category_count));
}

/* A row of sql_account_lookup; -1 when there is none. */
void transactions_read_found(const struct db_rows *rows, struct arena *arena,
                             struct transactions_found *found)
{
    *found = (struct transactions_found){
        .accounts = arena_array(arena, (size_t)rows->count, sizeof *found->accounts),
        .categories = arena_array(arena, (size_t)rows->count, sizeof *found->categories),
    };
    for (int row = 0; row < rows->count; row++) {
        struct id id = rows_id(rows, row, 1);
        if (rows_bool(rows, row, 0))
            found->accounts[found->account_count++] =
                (struct found_account){id, currency_find(str_of(rows_text(rows, row, 2)))};
        else
            found->categories[found->category_count++] = id;
    }
}

static const struct currency *find_currency(const struct transactions_found *found, const struct id *account)
{
    for (size_t i = 0; i < found->account_count; i++)
        if (id_equal(&found->accounts[i].id, account))
            return found->accounts[i].currency;
    return NULL;
}

static bool has_category(const struct transactions_found *found, const struct id *category)
{
    for (size_t i = 0; i < found->category_count; i++)
        if (id_equal(&found->categories[i], category))
            return true;
    return false;
}

static void resolve_amount(struct new_transaction *transaction, const char *pointer, const char *currency,
                           int exponent, struct faults *faults)
{
    struct arena *arena = faults->arena;
    if (transaction->currency == NULL)
        transaction->currency = currency;
    else if (strcmp(transaction->currency, currency) != 0)
        faults_add(faults, arena_printf(arena, "%s/currency", pointer), "is %s, but the account is in %s",
                   transaction->currency, currency);
    (void)!money_read(transaction->amount_text, currency, exponent, arena_printf(arena, "%s/amount", pointer),
                      &transaction->amount_minor, faults); /* faults has it */
}

int transactions_resolve(struct new_transaction *list, size_t count, bool was_list,
                         const struct transactions_found *found, struct faults *faults)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].account_id == NULL)
            continue; /* told already */
        const char *pointer = pointer_of(faults->arena, was_list, i);
        const struct currency *currency = find_currency(found, list[i].account_id);
        if (currency == NULL)
            faults_add(faults, arena_printf(faults->arena, "%s/account_id", pointer),
                       TRANSACTIONS_UNKNOWN_ACCOUNT);
        else if (list[i].amount_text != NULL)
            resolve_amount(&list[i], pointer, currency->code, currency->exponent, faults);
        if (list[i].category_id != NULL && !has_category(found, list[i].category_id))
            faults_add(faults, arena_printf(faults->arena, "%s/category_id", pointer),
                       "is not a category of yours");
    }
    return faults->count > 0 ? -1 : 0;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new_nocheck(object, name, json_string_nocheck(text));
}

static json_t *id_value(const struct id *id)
{
    char text[ID_TEXT_SIZE];
    id_format(id, text);
    return json_string_nocheck(text);
}

const char *transactions_write_args(struct arena *arena, const struct id *user,
                                    const struct new_transaction *list, size_t count)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct new_transaction *transaction = &list[i];
        char date[DATE_TEXT_SIZE];
        date_format(transaction->date, date);
        json_t *row = json_object();
        json_object_set_new_nocheck(row, "id", id_value(&transaction->id));
        json_object_set_new_nocheck(row, "account_id", id_value(transaction->account_id));
        json_object_set_new_nocheck(row, "minor", json_integer(transaction->amount_minor));
        set_text(row, "currency", transaction->currency);
        set_text(row, "date", date);
        set_text(row, "description", transaction->description);
        set_text(row, "payee", transaction->payee);
        set_text(row, "memo", transaction->memo);
        if (transaction->category_id != NULL)
            json_object_set_new_nocheck(row, "category_id", id_value(transaction->category_id));
        if (transaction->tags != NULL)
            json_object_set_nocheck(row, "tags", transaction->tags);
        if (strcmp(transaction->status, "booked") != 0)
            set_text(row, "status", transaction->status);
        set_text(row, "external_id", transaction->external_id);
        json_array_append_new(rows, row);
    }
    json_t *args = json_own(arena, json_object());
    json_object_set_new_nocheck(args, "user", id_value(user));
    json_object_set_new_nocheck(args, "transactions", rows);
    return json_write(arena, args);
}

int transactions_read_args(json_t *args, struct arena *arena, struct new_transaction **list, size_t *count,
                           struct faults *faults)
{
    struct {
        const struct id *user;
        json_t *transactions;
    } head = {NULL, NULL};
    static const struct json_field head_fields[] = {
        {"user", JSON_FIELD_ID, JSON_REQUIRED, 0, 0, 0},
        {"transactions", JSON_FIELD_ARRAY, JSON_REQUIRED, 1, TRANSACTIONS_PER_REQUEST_MAX, sizeof(void *)},
    };
    if (JSON_DECODE(args, "", head_fields, &head, arena, faults) != 0)
        return -1;
    *count = json_array_size(head.transactions);
    *list = arena_array(arena, *count, sizeof **list);
    for (size_t i = 0; i < *count; i++) {
        struct stored_transaction stored = {NULL, {.user_id = *head.user}};
        const char *pointer = pointer_of(arena, true, i);
        if (JSON_DECODE(json_array_get(head.transactions, i), pointer, stored_fields, &stored, arena,
                        faults) != 0)
            return -1;
        stored.transaction.id = *stored.id;
        check(&stored.transaction, pointer, arena, faults);
        (*list)[i] = stored.transaction;
    }
    return faults->count > 0 ? -1 : 0;
}

int transactions_insert(struct db *db, struct arena *arena, const struct new_transaction *list, size_t count,
                        int64_t now_ms, int64_t *inserted, struct err *err)
{
    struct id *ids = arena_array(arena, count, sizeof *ids),
              *users = arena_array(arena, count, sizeof *users);
    struct id *accounts = arena_array(arena, count, sizeof *accounts);
    struct id *categories = arena_array(arena, count, sizeof *categories);
    bool *no_category = arena_array(arena, count, sizeof *no_category);
    bool *no_permille = arena_array(arena, count, sizeof *no_permille);
    int64_t *permilles = arena_array(arena, count, sizeof *permilles);
    int64_t *amounts = arena_array(arena, count, sizeof *amounts);
    int32_t *dates = arena_array(arena, count, sizeof *dates);
    enum { CURRENCY, DESCRIPTION, PAYEE, MEMO, STATUS, TAGS, EXTERNAL_ID, SOURCE, REASONS, TEXT_COLUMNS };
    const char **texts[TEXT_COLUMNS];
    for (int column = 0; column < TEXT_COLUMNS; column++)
        texts[column] = arena_array(arena, count, sizeof **texts);
    for (size_t i = 0; i < count; i++) {
        const struct new_transaction *transaction = &list[i];
        ids[i] = transaction->id;
        users[i] = transaction->user_id;
        accounts[i] = *transaction->account_id;
        no_category[i] = transaction->category_id == NULL;
        if (!no_category[i])
            categories[i] = *transaction->category_id;
        amounts[i] = transaction->amount_minor;
        dates[i] = transaction->date;
        texts[CURRENCY][i] = transaction->currency;
        texts[DESCRIPTION][i] = transaction->description;
        texts[PAYEE][i] = transaction->payee;
        texts[MEMO][i] = transaction->memo;
        texts[STATUS][i] = transaction->status;
        texts[TAGS][i] = transaction->tags == NULL ? NULL : json_write(arena, transaction->tags);
        texts[EXTERNAL_ID][i] = transaction->external_id;
        texts[SOURCE][i] = transaction->sorted_as != NULL ? transaction->sorted_as
                           : no_category[i]               ? "none"
                                                          : "user";
        texts[REASONS][i] = transaction->reasons;
        permilles[i] = transaction->sorted_as != NULL ? transaction->permille : PERMILLE_SURE;
        no_permille[i] = no_category[i];
    }
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_ids(&params, ids, NULL, count);
    db_add_ids(&params, users, NULL, count);
    db_add_ids(&params, accounts, NULL, count);
    db_add_ints(&params, amounts, NULL, count);
    db_add_texts(&params, texts[CURRENCY], count);
    db_add_dates(&params, dates, NULL, count);
    db_add_texts(&params, texts[DESCRIPTION], count);
    db_add_texts(&params, texts[PAYEE], count);
    db_add_texts(&params, texts[MEMO], count);
    db_add_texts(&params, texts[STATUS], count);
    db_add_ids(&params, categories, no_category, count);
    db_add_texts(&params, texts[TAGS], count);
    db_add_texts(&params, texts[EXTERNAL_ID], count);
    db_add_time(&params, now_ms);
    db_add_texts(&params, texts[SOURCE], count);
    db_add_ints(&params, permilles, no_permille, count);
    db_add_texts(&params, texts[REASONS], count);
    if (db_run(db, &sql_transaction_insert, &params, &rows, err) != 0)
        return -1;
    *inserted = rows_int(&rows, 0, 0);
    return 0;
}

#include "statement/json_object.h"

#include "base/json.h"
#include "statement/amount.h"
#include "statement/column_words.h"
#include "statement/date_text.h"

/* Names are compared without case, '_' and '-'; the earlier of a list is preferred; '.' goes into an object.
 */
static const char *const date_names[] = {"date",       "bookingdate", "bookeddate",      "postingdate",
                                         "posteddate", "dateposted",  "transactiondate", "bookingdatetime",
                                         "createdat",  "created",     "completedat",     "timestamp",
                                         "datetime",   NULL};
static const char *const value_date_names[] = {"valuedate", "valuta", "valuedatetime", NULL};
static const char *const amount_names[] = {
    "amount.amount",     "amount.value", "amount", "transactionamount.amount",
    "transactionamount", "value",        "betrag", NULL};
static const char *const currency_names[] = {"currency",
                                             "amount.currency",
                                             "amount.currencycode",
                                             "transactionamount.currency",
                                             "currencycode",
                                             "isocurrencycode",
                                             NULL};
static const char *const payee_names[] = {"payee",
                                          "payeename",
                                          "merchantname",
                                          "merchant.name",
                                          "counterpartyname",
                                          "counterparty.name",
                                          "counterparty",
                                          "name",
                                          "merchant",
                                          NULL};
static const char *const creditor_names[] = {"creditorname", "creditor.name", NULL};
static const char *const debtor_names[] = {"debtorname", "debtor.name", NULL};
static const char *const memo_names[] = {"description",
                                         "remittanceinformationunstructured",
                                         "remittanceinformationunstructuredarray",
                                         "memo",
                                         "narrative",
                                         "details",
                                         "text",
                                         "notes",
                                         "note",
                                         "purpose",
                                         "additionalinformation",
                                         "reference",
                                         NULL};
static const char *const account_names[] = {"counterpartyiban",     "counterpartyaccount", "iban",
                                            "creditoraccount.iban", "debtoraccount.iban",  NULL};
static const char *const reference_names[] = {
    "externalid", "transactionid", "entryreference", "id", "internaltransactionid", "fitid", NULL};
static const char *const side_names[] = {"creditdebitindicator", "direction", "type", NULL};
static const char *const balance_names[] = {"balance", "balanceafter", "runningbalance", NULL};

static bool same_name(const char *key, const char *name, size_t size)
{
    size_t i = 0;
    for (; *key != '\0'; key++) {
        if (*key == '_' || *key == '-')
            continue;
        char a = (char)(*key >= 'A' && *key <= 'Z' ? *key + 32 : *key), b = i < size ? name[i] : '\0';
        if (a != (b >= 'A' && b <= 'Z' ? b + 32 : b))
            return false;
        do
            i++;
        while (i < size && (name[i] == '_' || name[i] == '-'));
    }
    return i >= size;
}

static json_t *member(json_t *object, const char *name)
{
    const char *dot = strchr(name, '.');
    size_t size = dot == NULL ? strlen(name) : (size_t)(dot - name);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!same_name(key, name, size) || json_is_null(value))
            continue;
        return dot == NULL ? value : member(value, dot + 1);
    }
    return NULL;
}

static json_t *find(json_t *object, const struct mapping_column *column, const char *const *names)
{
    if (column != NULL && column->name != NULL)
        return member(object, column->name);
    for (; *names != NULL; names++) {
        json_t *value = member(object, *names);
        if (value != NULL && !json_is_object(value))
            return value;
    }
    return NULL;
}

/* Strings and numbers as text; a list's strings joined. "" for what else there is. */
static struct str text_of(struct arena *arena, json_t *value)
{
    if (json_is_string(value))
        return (struct str){json_string_value(value), json_string_length(value)};
    if (json_is_integer(value))
        return str_of(arena_printf(arena, "%lld", (long long)json_integer_value(value)));
    if (json_is_real(value)) { /* json_read has refused more digits than a double holds */
        char *text = arena_printf(arena, "%.15g", json_real_value(value));
        return strchr(text, 'e') == NULL ? str_of(text)
                                         : str_of(arena_printf(arena, "%.8f", json_real_value(value)));
    }
    if (!json_is_array(value))
        return STR("");
    char *joined = arena_strdup(arena, "");
    for (size_t i = 0; i < json_array_size(value) && i < 32; i++)
        if (json_is_string(json_array_get(value, i)))
            joined = arena_printf(arena, "%s%s%s", joined, i > 0 ? " " : "",
                                  json_string_value(json_array_get(value, i)));
    return str_of(joined);
}

static struct str line_of(struct arena *arena, json_t *value)
{
    struct str text = text_of(arena, value);
    struct buf line;
    buf_init(&line, text.size + 1);
    reader_add_line(&line, text);
    struct str copy = {arena_memdup(arena, line.data == NULL ? "" : line.data, line.size), line.size};
    buf_free(&line);
    return copy;
}

static int read_date(const struct mapping *mapping, struct str text, int32_t *date)
{
    for (size_t i = 0; mapping != NULL && i < mapping->date_format_count; i++)
        if (date_text_parse(text, mapping->date_formats[i], date) == 0)
            return 0;
    if (date_text_iso(text, date) == 0)
        return 0;
    return text.size == 8 ? date_text_compact(text, date) : -1;
}

static bool is_pending(json_t *object)
{
    json_t *pending = member(object, "pending"), *status = member(object, "status"),
           *booked = member(object, "booked");
    if (status == NULL)
        status = member(object, "state");
    return json_is_true(pending) || json_is_false(booked) ||
           (json_is_string(status) && column_word_pending(str_of(json_string_value(status))));
}

/* NULL, or what is wrong, in the arena. */
static const char *read_money(struct statement *statement, struct arena *arena, json_t *object,
                              struct statement_row *row)
{
    const struct mapping *mapping = statement->options.mapping;
    struct str code =
        text_of(arena, find(object, mapping == NULL ? NULL : &mapping->currency_column, currency_names));
    char known[4];
    row->currency = statement->options.currency;
    if (mapping != NULL && mapping->currency != NULL)
        row->currency = currency_find(str_of(mapping->currency));
    if (code.size > 0 && !amount_currency(code, known))
        return "currency: is not an ISO 4217 code";
    if (code.size > 0)
        row->currency = currency_find((struct str){known, 3});
    if (row->currency == NULL)
        return "currency: the file states none and none was given";
    json_t *value =
        find(object, mapping == NULL || mapping->amount.count == 0 ? NULL : &mapping->amount.list[0],
             amount_names);
    struct amount_style style = {.marks = AMOUNT_MARK_GIVEN, .decimal = '.', .thousands = ""};
    if (mapping != NULL) {
        style.minor_units = mapping->minor_units == 1;
        style.strip = mapping->strip;
        if (mapping->decimal > 0) {
            style.decimal = (char)mapping->decimal;
            style.thousands = mapping->thousands;
        }
    }
    if (value == NULL)
        return "amount: is missing";
    struct amount amount;
    const char *wrong = amount_parse(text_of(arena, value), &style, row->currency->exponent, &amount);
    if (wrong != NULL)
        return arena_printf(arena, "amount: %s", wrong);
    row->amount_minor = amount.mark == AMOUNT_DEBIT ? -amount.minor : amount.minor;
    enum side side = column_word_side(text_of(arena, find(object, NULL, side_names)));
    if (side == SIDE_DEBIT && row->amount_minor > 0)
        row->amount_minor = -row->amount_minor;
    if (mapping != NULL && mapping->invert == 1)
        row->amount_minor = -row->amount_minor;
    struct str balance = text_of(arena, find(object, NULL, balance_names));
    row->has_balance =
        balance.size > 0 && amount_parse(balance, &style, row->currency->exponent, &amount) == NULL;
    row->balance_minor = row->has_balance ? amount.minor : 0;
    return NULL;
}

static void read_texts(struct statement *statement, struct arena *arena, json_t *object,
                       struct statement_row *row)
{
    const struct mapping *mapping = statement->options.mapping;
    json_t *payee = find(object, mapping == NULL ? NULL : &mapping->payee, payee_names);
    if (payee == NULL)
        payee = find(object, NULL, row->amount_minor < 0 ? creditor_names : debtor_names);
    row->payee = line_of(arena, payee);
    row->memo = line_of(
        arena, find(object, mapping == NULL || mapping->memo.count == 0 ? NULL : &mapping->memo.list[0],
                    memo_names));
    row->counterparty =
        line_of(arena, find(object, mapping == NULL ? NULL : &mapping->counterparty, account_names));
    row->reference =
        line_of(arena, find(object, mapping == NULL ? NULL : &mapping->bank_reference, reference_names));
    row->description = row->memo;
    if (row->payee.size > 0 && !str_equal(row->payee, row->memo))
        row->description = str_of(
            arena_printf(arena, "%s%s%s", row->payee.data, row->memo.size > 0 ? " " : "", row->memo.data));
}

int json_object_read(struct statement *statement, struct str text, bool pending, int64_t line, int64_t offset,
                     struct err *err)
{
    struct arena arena;
    struct faults faults;
    arena_init(&arena);
    faults_init(&faults, &arena);
    const struct mapping *mapping = statement->options.mapping;
    struct statement_row row = {.line = line, .offset = offset};
    json_t *object = json_read(&arena, text, &faults);
    const char *wrong = NULL;
    if (object == NULL) {
        wrong = arena_printf(&arena, "JSON: %s%s%s", faults.list[0].pointer,
                             faults.list[0].pointer[0] == '\0' ? "" : ": ", faults.list[0].detail);
    } else {
        row.pending = pending || is_pending(object);
        struct str date = text_of(&arena, find(object, mapping == NULL ? NULL : &mapping->date, date_names));
        struct str value_date =
            text_of(&arena, find(object, mapping == NULL ? NULL : &mapping->value_date, value_date_names));
        row.has_value_date = value_date.size > 0 && read_date(mapping, value_date, &row.value_date) == 0;
        row.has_date = date.size > 0 && read_date(mapping, date, &row.date) == 0;
        if (date.size == 0 && row.has_value_date) {
            row.has_date = true;
            row.date = row.value_date;
        }
        wrong = read_money(statement, &arena, object, &row);
        if (!row.has_date && !row.pending)
            wrong = date.size == 0 ? "date: is missing" : "date: is not a date of the form YYYY-MM-DD";
    }
    int result;
    if (wrong != NULL) {
        result = reader_reject(statement, line, offset, text, err, "%s", wrong);
    } else {
        read_texts(statement, &arena, object, &row);
        result = reader_row(statement, &row, err);
    }
    arena_free(&arena);
    return result;
}

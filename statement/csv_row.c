#include <stdarg.h>
#include <stdio.h>

#include "statement/amount.h"
#include "statement/column_words.h"
#include "statement/csv.h"
#include "statement/date_text.h"

struct str csv_cell(const struct csv_record *record, int column)
{
    if (column < 0 || (size_t)column >= record->count)
        return STR("");
    struct str cell = str_trim(record->fields[column]);
    while (cell.size >= 2 && memcmp(cell.data, "\u00A0", 2) == 0)
        cell = str_trim((struct str){cell.data + 2, cell.size - 2});
    while (cell.size >= 2 && memcmp(cell.data + cell.size - 2, "\u00A0", 2) == 0)
        cell = str_trim((struct str){cell.data, cell.size - 2});
    return cell;
}

static enum csv_result refuse(char reason[CSV_REASON_SIZE], const char *format, ...) PRINTF_LIKE(2, 3);
static enum csv_result refuse(char reason[CSV_REASON_SIZE], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, CSV_REASON_SIZE, format, arguments);
    va_end(arguments);
    return CSV_REJECT;
}

/* For a message: at most 40 bytes, cut between characters. */
static int shown(struct str text)
{
    size_t size = text.size < 40 ? text.size : 40;
    while (size > 0 && size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80)
        size--;
    return (int)size;
}

static bool has_value(struct str cell, const struct mapping_values *values)
{
    for (size_t i = 0; i < values->count; i++)
        if (str_equal_nocase(cell, str_trim(str_of(values->list[i]))))
            return true;
    return false;
}

static bool is_blank_record(const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (csv_cell(record, (int)i).size > 0)
            return false;
    return true;
}

/* The record as if its columns from `from` on stood `shift` further left: an unquoted delimiter in a text
 * before them. */
struct view {
    const struct csv_record *record;
    int from, shift;
};

static struct str view_cell(const struct view *view, int column)
{
    return csv_cell(view->record, column >= view->from ? column + view->shift : column);
}

static bool no_amounts(const struct csv *csv, const struct csv_record *record)
{
    const struct csv_columns *at = &csv->columns;
    for (size_t i = 0; i < csv->mapping->amount.count; i++)
        if (csv_cell(record, at->amount[i]).size > 0)
            return false;
    return csv_cell(record, at->debit).size == 0 && csv_cell(record, at->credit).size == 0;
}

static enum balance_word find_balance_word(const struct csv_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        enum balance_word word = column_word_balance(csv_cell(record, (int)i));
        if (word != BALANCE_NOT)
            return word;
    }
    return BALANCE_NOT;
}

static enum csv_result read_date(const struct csv *csv, struct str cell, const char *field, int32_t *date,
                                 char reason[CSV_REASON_SIZE])
{
    const struct mapping *mapping = csv->mapping;
    for (size_t i = 0; i < mapping->date_format_count; i++)
        if (date_text_parse(cell, mapping->date_formats[i], date) == 0)
            return CSV_ROW;
    if (cell.size == 0)
        return refuse(reason, "%s: is empty", field);
    if (mapping->date_format_count == 0)
        return refuse(reason, "%s: \"%.*s\" is not a date", field, shown(cell), cell.data);
    return refuse(reason, "%s: \"%.*s\" is not a date of the form %s", field, shown(cell), cell.data,
                  mapping->date_formats[0]);
}

static enum csv_result read_currency(const struct csv *csv, const struct view *view, struct csv_row *out,
                                     char reason[CSV_REASON_SIZE])
{
    struct str cell = view_cell(view, csv->columns.currency);
    char code[4];
    out->row.currency = csv->currency;
    if (cell.size == 0)
        return CSV_ROW;
    if (amount_currency(cell, code))
        out->row.currency = currency_find((struct str){code, 3});
    else if (csv->mapping->currency == NULL)
        return refuse(reason, "currency: \"%.*s\" is not an ISO 4217 code", shown(cell), cell.data);
    return CSV_ROW;
}

static struct amount_style style_of(const struct mapping *mapping)
{
    return (struct amount_style){
        .marks = mapping->decimal > 0 ? AMOUNT_MARK_GIVEN : AMOUNT_MARK_GROUPED,
        .decimal = (char)(mapping->decimal > 0 ? mapping->decimal : 0),
        .thousands = mapping->thousands,
        .strip = mapping->strip,
        .minor_units = mapping->minor_units == 1,
        .no_parentheses = mapping->parentheses_negative == 0,
    };
}

/* A cell as an amount of the row's currency; an amount that names a currency sets it when none was known. */
static enum csv_result read_amount(const struct csv *csv, struct str cell, const char *field,
                                   struct csv_row *out, struct amount *amount, char reason[CSV_REASON_SIZE])
{
    struct amount_style style = style_of(csv->mapping);
    const struct currency *currency = out->row.currency;
    const char *wrong = amount_parse(cell, &style, currency == NULL ? 4 : currency->exponent, amount);
    if (amount->currency[0] != '\0' && csv->mapping->currency == NULL &&
        (currency == NULL ||
         (csv->columns.currency < 0 && memcmp(currency->code, amount->currency, 4) != 0))) {
        currency = out->row.currency = currency_find((struct str){amount->currency, 3});
        wrong = amount_parse(cell, &style, currency->exponent, amount);
    }
    if (wrong != NULL)
        return refuse(reason, "%s: \"%.*s\" %s", field, shown(cell), cell.data, wrong);
    if (currency == NULL)
        return refuse(reason, "currency: the file states none and none was given");
    return CSV_ROW;
}

static int64_t magnitude(int64_t minor)
{
    return minor < 0 ? -minor : minor;
}

/* "CR" or "DR" in a cell of its own behind the amount. */
static enum amount_mark mark_behind(const struct csv *csv, const struct view *view, int column)
{
    if (column < 0 || column + 1 == csv->columns.sign ||
        ((size_t)column + 1 < csv->header_size && csv->header[column + 1][0] != '\0'))
        return AMOUNT_PLAIN;
    struct str cell = view_cell(view, column + 1);
    if (str_equal_nocase(cell, STR("CR")))
        return AMOUNT_CREDIT;
    return str_equal_nocase(cell, STR("DR")) ? AMOUNT_DEBIT : AMOUNT_PLAIN;
}

static enum csv_result read_single(const struct csv *csv, const struct view *view, struct csv_row *out,
                                   char reason[CSV_REASON_SIZE])
{
    const struct mapping *mapping = csv->mapping;
    int64_t sum = 0;
    bool any = false;
    enum amount_mark mark = AMOUNT_PLAIN;
    for (size_t i = 0; i < mapping->amount.count; i++) {
        struct amount amount;
        struct str cell = view_cell(view, csv->columns.amount[i]);
        if (cell.size == 0)
            continue;
        if (read_amount(csv, cell, "amount", out, &amount, reason) != CSV_ROW)
            return CSV_REJECT;
        if (money_add(sum, amount.minor, &sum) != 0)
            return refuse(reason, "amount: is out of range");
        any = true;
        if (mark == AMOUNT_PLAIN)
            mark = amount.mark != AMOUNT_PLAIN ? amount.mark : mark_behind(csv, view, csv->columns.amount[i]);
    }
    if (!any)
        return refuse(reason, "amount: is empty");
    if (mapping->absolute == 1)
        sum = magnitude(sum);
    if (mark != AMOUNT_PLAIN) { /* the mark says which side, whatever the column's way is */
        out->row.amount_minor = mark == AMOUNT_CREDIT ? magnitude(sum) : -magnitude(sum);
        return CSV_ROW;
    }
    if (csv->columns.sign >= 0) {
        struct str flag = view_cell(view, csv->columns.sign);
        bool debit = has_value(flag, &mapping->sign_debit), credit = has_value(flag, &mapping->sign_credit);
        if (!debit && !credit && mapping->sign_debit.count > 0 && mapping->sign_credit.count > 0)
            return refuse(reason, "sign: \"%.*s\" is neither a debit's nor a credit's mark", shown(flag),
                          flag.data);
        if (debit || (!credit && mapping->sign_debit.count == 0))
            sum = -magnitude(sum);
    }
    out->row.amount_minor = mapping->invert == 1 ? -sum : sum;
    return CSV_ROW;
}

static enum csv_result read_sides(const struct csv *csv, const struct view *view, struct csv_row *out,
                                  char reason[CSV_REASON_SIZE])
{
    struct str debit = view_cell(view, csv->columns.debit), credit = view_cell(view, csv->columns.credit);
    struct amount out_of = {0}, into = {0};
    if (debit.size == 0 && credit.size == 0)
        return refuse(reason, "amount: neither debit nor credit is stated");
    /* A dash alone is how some banks write nothing. */
    if (debit.size > 0 && !(credit.size > 0 && str_equal(debit, STR("-"))) &&
        read_amount(csv, debit, "debit", out, &out_of, reason) != CSV_ROW)
        return CSV_REJECT;
    if (credit.size > 0 && !(debit.size > 0 && str_equal(credit, STR("-"))) &&
        read_amount(csv, credit, "credit", out, &into, reason) != CSV_ROW)
        return CSV_REJECT;
    if (csv->mapping->absolute == 1) {
        out_of.minor = magnitude(out_of.minor);
        into.minor = magnitude(into.minor);
    }
    int64_t minus = csv->guess.debit_signed && csv->mapping->absolute != 1 ? out_of.minor : -out_of.minor,
            sum;
    if (money_add(into.minor, minus, &sum) != 0)
        return refuse(reason, "amount: is out of range");
    out->row.amount_minor = csv->mapping->invert == 1 ? -sum : sum;
    return CSV_ROW;
}

static enum csv_result read_money(const struct csv *csv, const struct view *view, struct csv_row *out,
                                  char reason[CSV_REASON_SIZE])
{
    if (read_currency(csv, view, out, reason) != CSV_ROW)
        return CSV_REJECT;
    bool sides = csv->columns.debit >= 0 || csv->columns.credit >= 0;
    enum csv_result result = sides ? read_sides(csv, view, out, reason) : read_single(csv, view, out, reason);
    out->row.has_balance = false;
    struct str balance = view_cell(view, csv->columns.balance);
    if (result != CSV_ROW || balance.size == 0)
        return result;
    struct amount after;
    struct amount_style style = style_of(csv->mapping);
    if (amount_parse(balance, &style, out->row.currency->exponent, &after) == NULL) {
        out->row.has_balance = true;
        out->row.balance_minor = after.mark == AMOUNT_DEBIT ? -after.minor : after.minor;
    }
    return CSV_ROW;
}

static bool mapped(const struct csv *csv, int column)
{
    const struct csv_columns *at = &csv->columns;
    const int used[] = {at->date, at->value_date, at->debit,   at->credit,
                        at->sign, at->currency,   at->balance, at->reference};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++)
        if (used[i] == column)
            return true;
    for (size_t i = 0; i < csv->mapping->amount.count; i++)
        if (at->amount[i] == column)
            return true;
    return false;
}

/* What the row says: payee and memo where they are mapped, else every column that nothing else is read from.
 */
static void read_texts(const struct csv *csv, const struct view *view, struct csv_row *out)
{
    const struct csv_columns *at = &csv->columns;
    struct buf *texts = &out->texts;
    size_t *starts = out->starts;
    struct str payee = view_cell(view, at->payee);
    buf_reset(texts);
    starts[0] = 0; /* memo is built first, so that the description can use it */
    reader_add_line(texts, payee);
    starts[1] = texts->size;
    for (size_t i = 0; i < csv->mapping->memo.count; i++) {
        struct str memo = view_cell(view, at->memo[i]);
        if (texts->size > starts[1] && memo.size > 0)
            buf_add_char(texts, ' ');
        reader_add_line(texts, memo);
    }
    if (csv->mapping->memo.count == 0 && at->payee < 0)
        for (size_t i = 0; i < view->record->count; i++) {
            struct str cell = csv_cell(view->record, (int)i);
            if (mapped(csv, (int)i) || cell.size == 0)
                continue;
            if (texts->size > starts[1])
                buf_add_char(texts, ' ');
            reader_add_line(texts, cell);
        }
    starts[2] = texts->size;
    reader_add_line(texts, view_cell(view, at->counterparty));
    starts[3] = texts->size;
    reader_add_line(texts, view_cell(view, at->reference));
    starts[4] = texts->size;
    /* The description comes last: continuation lines are added to it. */
    struct str name = {texts->data == NULL ? "" : texts->data, starts[1]};
    struct str memo = {name.data + starts[1], starts[2] - starts[1]};
    bool repeated = memo.size >= name.size && str_equal_nocase((struct str){memo.data, name.size}, name);
    if (buf_reserve(texts, name.size + memo.size + 1) == NULL)
        return;
    name.data = texts->data;
    memo.data = texts->data + starts[1];
    if (!repeated)
        buf_add(texts, name.data, name.size);
    if (!repeated && name.size > 0 && memo.size > 0)
        buf_add_char(texts, ' ');
    buf_add(texts, memo.data, memo.size);
}

static bool is_header_again(const struct csv *csv, const struct csv_record *record)
{
    if (csv->columns.date < 0 || (size_t)csv->columns.date >= csv->header_size)
        return false;
    struct str name = str_of(csv->header[csv->columns.date]);
    return name.size > 0 && str_equal(csv_cell(record, csv->columns.date), name);
}

static bool is_ignored(const struct csv *csv, const struct csv_record *record)
{
    for (size_t i = 0; i < csv->mapping->ignore_count; i++)
        if (has_value(csv_cell(record, csv->columns.ignore[i]), &csv->mapping->ignore_rows[i].values))
            return true;
    return false;
}

/* Without a mark of its own a row is pending when its date, or a state beside a missing date, says so. */
static bool is_pending(const struct csv *csv, const struct csv_record *record)
{
    struct str date = csv_cell(record, csv->columns.date);
    const char *marker = csv->mapping->pending_marker;
    for (size_t i = 0; marker != NULL && i < record->count; i++)
        if (str_equal_nocase(csv_cell(record, (int)i), str_trim(str_of(marker))))
            return true;
    if (marker != NULL || date.size > 0)
        return marker == NULL && column_word_pending(date);
    for (size_t i = 0; i < record->count; i++)
        if (column_word_pending(csv_cell(record, (int)i)))
            return true;
    return false;
}

/* The money, as the columns are, or with those behind the date moved by as many as the record has too many.
 */
static enum csv_result read_money_somewhere(struct csv *csv, const struct csv_record *record,
                                            struct csv_row *out, struct view *view,
                                            char reason[CSV_REASON_SIZE])
{
    enum csv_result result = read_money(csv, view, out, reason);
    if (result == CSV_ROW || csv->guess.columns == 0 || record->count <= csv->guess.columns)
        return result;
    struct view shifted = {record, csv->columns.date + 1, (int)(record->count - csv->guess.columns)};
    char other[CSV_REASON_SIZE];
    if (read_money(csv, &shifted, out, other) != CSV_ROW)
        return result;
    *view = shifted;
    return CSV_ROW;
}

enum csv_result csv_row_read(struct csv *csv, const struct csv_record *record, struct csv_row *out,
                             char reason[CSV_REASON_SIZE])
{
    if (record->broken != NULL)
        return refuse(reason, "%s", record->broken);
    if (is_blank_record(record) || is_ignored(csv, record) || is_header_again(csv, record))
        return CSV_SKIP;
    if (csv->split.options.replaced != NULL && *csv->split.options.replaced != record->replaced)
        return refuse(reason,
                      "encoding: the record has bytes that are not valid in %s; name the file's encoding",
                      csv->statement->facts.encoding);
    struct view view = {record, 0, 0};
    struct str date = csv_cell(record, csv->columns.date);
    out->row = (struct statement_row){
        .line = record->line, .offset = record->offset, .pending = is_pending(csv, record)};
    if (date.size == 0 && no_amounts(csv, record))
        return CSV_CONTINUATION;
    out->row.has_date = read_date(csv, date, "date", &out->row.date, reason) == CSV_ROW;
    if (!out->row.has_date && !out->row.pending)
        return CSV_REJECT;
    enum balance_word word = find_balance_word(record);
    if (word == BALANCE_TURNOVER)
        return CSV_SKIP;
    enum csv_result result = read_money_somewhere(csv, record, out, &view, reason);
    if (word != BALANCE_NOT)
        return result != CSV_ROW ? CSV_SKIP : word == BALANCE_OPENING ? CSV_OPENING : CSV_CLOSING;
    if (result != CSV_ROW)
        return result;
    char ignored[CSV_REASON_SIZE];
    out->row.has_value_date = read_date(csv, view_cell(&view, csv->columns.value_date), "value_date",
                                        &out->row.value_date, ignored) == CSV_ROW;
    read_texts(csv, &view, out);
    return CSV_ROW;
}

void csv_row_continue(struct csv *csv, const struct csv_record *record, struct csv_row *row)
{
    for (size_t i = 0; i < record->count; i++) {
        struct str cell = csv_cell(record, (int)i);
        if (cell.size == 0 || mapped(csv, (int)i))
            continue;
        if (row->texts.size > row->starts[4])
            buf_add_char(&row->texts, ' ');
        reader_add_line(&row->texts, cell);
    }
}

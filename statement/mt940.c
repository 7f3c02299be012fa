#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "finance/date.h"
#include "statement/amount.h"
#include "statement/date_text.h"
#include "statement/lines.h"
#include "statement/mt940_details.h"
#include "statement/reader.h"

/* SWIFT MT940 and MT942 ("Standards MT, category 9"), and what banks make of them: with and without the SWIFT
 * envelope, with amounts in either decimal mark, dates of four or six digits more, marks of RC, RD, EC and
 * ED, and :86: in any structure. A field goes on until a line that starts a tag or ends the message. */

enum { TAG_SIZE = 5 };

struct mt940 {
    struct lines lines;
    char tag[TAG_SIZE];
    struct buf value; /* of the tag, lines joined by '\n' */
    int64_t line, offset;
    bool in_statement, closed;
    /* The transaction whose :86: has not come yet. */
    bool open, failed;
    char reason[200];
    struct statement_row row;
    struct buf raw, texts[MT940_TEXTS];
    char failed_text[200];
    const struct currency *currency;
    bool cut;
};

static int fail(struct mt940 *mt, const char *format, ...) PRINTF_LIKE(2, 3);
static int fail(struct mt940 *mt, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(mt->reason, sizeof mt->reason, format, arguments);
    va_end(arguments);
    mt->failed = true;
    return -1;
}

/* Hands on the transaction that waits for its :86:. */
static int flush(struct statement *statement, struct err *err)
{
    struct mt940 *mt = statement->state;
    if (!mt->open)
        return 0;
    mt->open = false;
    if (mt->failed) {
        mt->failed = false;
        return reader_reject(statement, mt->row.line, mt->row.offset, str_of(mt->failed_text), err, "%s",
                             mt->reason);
    }
    mt940_details_read(reader_view(&mt->raw), mt->texts);
    mt->row.description = reader_view(&mt->texts[MT940_DESCRIPTION]);
    mt->row.payee = reader_view(&mt->texts[MT940_PAYEE]);
    mt->row.counterparty = reader_view(&mt->texts[MT940_COUNTERPARTY]);
    mt->row.memo = reader_view(&mt->texts[MT940_MEMO]);
    mt->row.reference = reader_view(&mt->texts[MT940_REFERENCE]);
    mt->row.type = reader_view(&mt->texts[MT940_TYPE]);
    return reader_row(statement, &mt->row, err);
}

static void skip(struct str *text, size_t size)
{
    text->data += size;
    text->size -= size;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(struct str text)
{
    size_t count = 0;
    while (count < text.size && is_digit(text.data[count]))
        count++;
    return count;
}

/* YYMMDD, or YYYYMMDD; 30 February, which banks that count in months of 30 days write, becomes the month's
 * last day. */
static int take_date(struct str *text, int32_t *date)
{
    size_t digits = count_digits(*text);
    if (digits < 6)
        return -1;
    if ((digits == 8 || digits == 12) && date_text_compact(*text, date) == 0) {
        skip(text, 8);
        return 0;
    }
    int numbers[3];
    for (int i = 0; i < 3; i++)
        numbers[i] = (text->data[2 * i] - '0') * 10 + text->data[2 * i + 1] - '0';
    skip(text, 6);
    int year = numbers[0] < 80 ? 2000 + numbers[0] : 1900 + numbers[0], day = numbers[2];
    if (numbers[1] < 1 || numbers[1] > 12 || day < 1)
        return -1;
    if (numbers[1] == 2 && (day == 29 || day == 30))
        day = date_month_days(year, 2) < day ? date_month_days(year, 2) : day;
    if (!date_is_valid(year, numbers[1], day))
        return -1;
    *date = date_from_civil(year, numbers[1], day);
    return 0;
}

/* MMDD of the entry, in the year that is nearest to the value date. */
static void take_entry_date(struct str *text, int32_t value_date, int32_t *date)
{
    int month = (text->data[0] - '0') * 10 + text->data[1] - '0',
        day = (text->data[2] - '0') * 10 + text->data[3] - '0';
    int year, unused;
    skip(text, 4);
    date_to_civil(value_date, &year, &unused, &unused);
    int32_t best = value_date;
    bool any = false;
    for (int y = year - 1; y <= year + 1; y++) {
        if (!date_is_valid(y, month, day))
            continue;
        int32_t candidate = date_from_civil(y, month, day);
        if (!any || abs(candidate - value_date) < abs(best - value_date))
            best = candidate;
        any = true;
    }
    *date = best;
}

static int take_amount(struct mt940 *mt, struct str *text, const struct currency *currency, int64_t *minor)
{
    static const struct amount_style style = {.marks = AMOUNT_MARK_DECIMAL};
    size_t size = 0;
    while (size < text->size &&
           (is_digit(text->data[size]) || text->data[size] == ',' || text->data[size] == '.'))
        size++;
    struct amount amount;
    struct str number = {text->data, size};
    const char *wrong = amount_parse(number, &style, currency == NULL ? 4 : currency->exponent, &amount);
    skip(text, size);
    if (wrong == NULL && currency == NULL)
        return fail(mt, "currency: the statement states none and none was given");
    if (wrong != NULL)
        return fail(mt, "amount: \"%.*s\" %s", (int)(size < 40 ? size : 40), number.data, wrong);
    *minor = amount.minor;
    return 0;
}

/* C, D, RC, RD, EC, ED: reversals turn the sign. */
static int take_mark(struct str *text, bool *negative)
{
    bool reversal = text->size > 1 && *text->data == 'R' && (text->data[1] == 'C' || text->data[1] == 'D');
    bool expected = text->size > 1 && *text->data == 'E' && (text->data[1] == 'C' || text->data[1] == 'D');
    if (reversal || expected)
        skip(text, 1);
    if (text->size == 0 || (*text->data != 'C' && *text->data != 'D'))
        return -1;
    *negative = (*text->data == 'D') != reversal;
    skip(text, 1);
    return 0;
}

static void skip_blanks(struct str *text)
{
    while (text->size > 0 && *text->data == ' ')
        skip(text, 1);
}

static int read_entry(struct statement *statement, struct str text)
{
    struct mt940 *mt = statement->state;
    struct statement_row *row = &mt->row;
    bool negative;
    if (mt->cut)
        return fail(mt, "the entry is longer than a line may be");
    if (take_date(&text, &row->value_date) != 0)
        return fail(mt, "value_date: \"%.*s\" is no day", (int)(text.size < 6 ? text.size : 6),
                    mt->value.data);
    row->has_value_date = row->has_date = true;
    row->date = row->value_date;
    if (count_digits(text) >= 4)
        take_entry_date(&text, row->value_date, &row->date);
    skip_blanks(&text);
    if (take_mark(&text, &negative) != 0)
        return fail(mt, "amount: has no mark C, D, RC or RD before it");
    skip_blanks(&text);
    /* The third character of the currency ("CR", "DF") as banks add it, or any other letter before the
     * amount. */
    if (text.size > 1 && !is_digit(*text.data) && *text.data != ',' && *text.data != '.')
        skip(&text, 1);
    skip_blanks(&text);
    int64_t minor;
    if (take_amount(mt, &text, mt->currency, &minor) != 0)
        return -1;
    row->amount_minor = negative ? -minor : minor;
    row->currency = mt->currency;
    mt940_details_entry(text, mt->texts);
    return 0;
}

static int take_entry(struct statement *statement, struct err *err)
{
    struct mt940 *mt = statement->state;
    if (flush(statement, err) != 0)
        return -1;
    if (!mt->in_statement && (reader_begin_part(statement, err) != 0))
        return -1;
    mt->in_statement = true;
    mt->open = true;
    mt->closed = false;
    mt->failed = false;
    mt->row = (struct statement_row){.line = mt->line, .offset = mt->offset};
    buf_reset(&mt->raw);
    for (int i = 0; i < MT940_TEXTS; i++)
        buf_reset(&mt->texts[i]);
    struct str value = reader_view(&mt->value);
    reader_copy(mt->failed_text, sizeof mt->failed_text, value);
    if (mt->currency == NULL)
        mt->currency = statement->options.currency;
    (void)read_entry(statement, value); /* what is wrong is told when its turn comes */
    return 0;
}

/* "C170227EUR27,31" */
static void take_balance(struct statement *statement, bool opening, bool intermediate)
{
    struct mt940 *mt = statement->state;
    struct statement_part *part = reader_part(statement);
    struct str text = str_trim(reader_view(&mt->value));
    bool negative;
    int32_t date;
    int64_t minor;
    if (take_mark(&text, &negative) != 0)
        return;
    skip_blanks(&text);
    (void)take_date(&text, &date);
    if (text.size < 3)
        return;
    const struct currency *currency = currency_find((struct str){text.data, 3});
    skip(&text, 3);
    skip_blanks(&text);
    if (opening)
        mt->currency = currency;
    bool failed = mt->failed;
    if (currency == NULL || take_amount(mt, &text, currency, &minor) != 0) {
        mt->failed = failed;
        return;
    }
    (void)intermediate; /* a page's balance proves the page */
    if (part->currency[0] == '\0')
        memcpy(part->currency, currency->code, 4);
    if (memcmp(part->currency, currency->code, 4) != 0)
        return;
    *(opening ? &part->has_opening : &part->has_closing) = true;
    *(opening ? &part->opening_minor : &part->closing_minor) = negative ? -minor : minor;
}

/* :34F: of MT942, "EURD0," or "EUR0,": the only place where its currency stands. */
static void take_floor(struct mt940 *mt)
{
    struct str text = str_trim(reader_view(&mt->value));
    if (text.size >= 3 && mt->currency == NULL)
        mt->currency = currency_find((struct str){text.data, 3});
}

/* Ends the field that was being read. */
static int end_field(struct statement *statement, struct err *err)
{
    struct mt940 *mt = statement->state;
    char tag[TAG_SIZE];
    memcpy(tag, mt->tag, TAG_SIZE);
    mt->tag[0] = '\0';
    if (tag[0] == '\0')
        return 0;
    int result = 0;
    if (strcmp(tag, "20") == 0) {
        result = flush(statement, err) != 0 ? -1 : reader_begin_part(statement, err);
        mt->in_statement = true;
        mt->closed = false;
        mt->currency = NULL;
    } else if (!mt->in_statement && strcmp(tag, "61") != 0) {
        result = 0;
    } else if (strcmp(tag, "25") == 0 || strcmp(tag, "25P") == 0) {
        struct str account = str_trim(reader_view(&mt->value));
        const char *end = memchr(account.data, '\n', account.size);
        if (end != NULL)
            account.size = (size_t)(end - account.data);
        reader_copy(reader_part(statement)->account, sizeof reader_part(statement)->account,
                    str_trim(account));
    } else if (strcmp(tag, "60F") == 0 || strcmp(tag, "60M") == 0) {
        take_balance(statement, true, tag[2] == 'M');
    } else if (strcmp(tag, "34F") == 0) {
        take_floor(mt);
    } else if (strcmp(tag, "61") == 0) {
        result = take_entry(statement, err);
    } else if (strcmp(tag, "86") == 0 || strcmp(tag, "NS") == 0) {
        if (mt->open && !mt->closed) {
            if (mt->raw.size > 0)
                buf_add_char(&mt->raw, '\n');
            buf_add(&mt->raw, mt->value.data == NULL ? "" : mt->value.data, mt->value.size);
        }
    } else if (strcmp(tag, "62F") == 0 || strcmp(tag, "62M") == 0) {
        result = flush(statement, err);
        mt->closed = true;
        take_balance(statement, false, tag[2] == 'M');
    }
    return result;
}

/* ":61:", ":60F:", ":NS:" at the start of a line; the size of the tag with its colons, 0 when there is none.
 */
static size_t tag_size(struct str text)
{
    if (text.size < 4 || *text.data != ':')
        return 0;
    size_t size = 1;
    while (size < text.size && size <= 4 && text.data[size] != ':')
        size++;
    if (size < 3 || size > 4 || size >= text.size || text.data[size] != ':')
        return 0;
    for (size_t i = 1; i < size; i++)
        if (!is_digit(text.data[i]) && !(text.data[i] >= 'A' && text.data[i] <= 'Z'))
            return 0;
    return is_digit(text.data[1]) || str_starts(text, ":NS:") ? size + 1 : 0;
}

/* "-", "-}", "{1:…": the envelope around messages. */
static bool is_envelope(struct str text)
{
    if (text.size == 0)
        return false;
    bool end =
        *text.data == '-' &&
        (text.size == 1 || (text.size <= 2 && (unsigned char)text.data[1] < ' ') || text.data[1] == '}');
    return end || str_starts(text, "{1:") || str_starts(text, "{5:") || str_starts(text, "{4:");
}

static int take_line(struct statement *statement, const struct line *line, struct err *err)
{
    struct mt940 *mt = statement->state;
    struct str text = line->text;
    while (text.size > 0 && (unsigned char)*text.data < ' ' && *text.data != '\t')
        skip(&text, 1); /* SOH, STX of a line protocol */
    struct str unindented = text;
    skip_blanks(&unindented);
    if (tag_size(unindented) > 0)
        text = unindented;
    if (is_envelope(text)) {
        const char *block = memchr(text.data, ':', text.size);
        if (end_field(statement, err) != 0 || flush(statement, err) != 0)
            return -1;
        mt->in_statement = mt->in_statement && *text.data != '{';
        /* "{4::20:X" has the first field on the envelope's line. */
        for (; block != NULL && block + 4 < text.data + text.size;
             block = memchr(block + 1, ':', (size_t)(text.data + text.size - block - 1)))
            if (str_starts((struct str){block, (size_t)(text.data + text.size - block)}, ":20:"))
                break;
        if (block == NULL ||
            !str_starts((struct str){block, (size_t)(text.data + text.size - block)}, ":20:"))
            return 0;
        text = (struct str){block, (size_t)(text.data + text.size - block)};
    }
    size_t tag = tag_size(text);
    if (tag > 0) {
        if (end_field(statement, err) != 0)
            return -1;
        reader_copy(mt->tag, sizeof mt->tag, (struct str){text.data + 1, tag - 2});
        mt->line = line->number;
        mt->offset = line->offset;
        mt->cut = false;
        buf_reset(&mt->value);
        skip(&text, tag);
    } else if (mt->tag[0] != '\0') {
        buf_add_char(&mt->value, '\n');
    }
    mt->cut = mt->cut || line->cut;
    if (mt->tag[0] != '\0')
        buf_add(&mt->value, text.data, text.size);
    return 0;
}

static void free_mt940(void *object)
{
    struct mt940 *mt = object;
    buf_free(&mt->value);
    buf_free(&mt->raw);
    for (int i = 0; i < MT940_TEXTS; i++)
        buf_free(&mt->texts[i]);
}

static int mt940_open(struct statement *statement, struct str head, bool whole, struct err *err)
{
    (void)head;
    (void)whole;
    (void)err;
    struct mt940 *mt = arena_alloc(&statement->arena, sizeof *mt);
    size_t limit = statement->options.limits.field_bytes;
    statement->state = mt;
    lines_init(&mt->lines, statement, take_line);
    buf_init(&mt->value, limit);
    buf_init(&mt->raw, limit);
    for (int i = 0; i < MT940_TEXTS; i++)
        buf_init(&mt->texts[i], limit * 2);
    arena_defer(&statement->arena, free_mt940, mt);
    return 0;
}

static int mt940_text(struct statement *statement, struct str text, int64_t offset, struct err *err)
{
    struct mt940 *mt = statement->state;
    return lines_feed(&mt->lines, text, offset, err);
}

static int mt940_finish(struct statement *statement, struct err *err)
{
    struct mt940 *mt = statement->state;
    if (lines_finish(&mt->lines, err) != 0 || end_field(statement, err) != 0 || flush(statement, err) != 0)
        return -1;
    if (statement->facts.statement_count == 0)
        return err_set(err, ERR_REJECT, "the file has no MT940 or MT942 statement: no :20: field");
    return 0;
}

const struct reader reader_mt940 = {mt940_open, mt940_text, mt940_finish};

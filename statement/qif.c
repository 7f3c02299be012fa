#include <stdio.h>

#include "finance/date.h"
#include "statement/amount.h"
#include "statement/date_text.h"
#include "statement/lines.h"
#include "statement/reader.h"

/* Quicken Interchange Format (Intuit's "QIF file format specification"): lines of a letter and a value, '^'
 * ends a record. It states neither currency nor the order of day and month: the latter is told from the head.
 */

enum { ORDERS = 3 };
enum order { MONTH_FIRST, DAY_FIRST, YEAR_FIRST };

enum section { SECTION_BANK, SECTION_ACCOUNT, SECTION_INVESTMENT, SECTION_OTHER };

enum text { PAYEE, MEMO, CATEGORY, NUMBER, ACTION, TEXTS };

struct qif {
    struct lines lines;
    enum order order;
    enum section section;
    bool any; /* the record has a line */
    bool has_date, has_amount, broken;
    char date[40], amount[64];
    bool has_parts, parts_broken; /* amounts of a split; they count where the record has no T */
    int64_t parts_minor;
    struct buf texts[TEXTS], description;
    int64_t line, offset;
    char account[64];
};

/* "6/24/2024", "12/19/18", "1/ 2'08", "24.12.2019", "2019-12-24", "6-24'2024". -1 when it is no day in that
 * order. */
static int read_date(const char *text, enum order order, int32_t *date)
{
    int numbers[3], count = 0, digits[3] = {0};
    bool apostrophe = false;
    for (const char *at = text; *at != '\0';) {
        if (*at >= '0' && *at <= '9') {
            if (count == 3)
                return -1;
            int value = 0, size = 0;
            for (; *at >= '0' && *at <= '9' && size < 5; at++, size++)
                value = value * 10 + (*at - '0');
            numbers[count] = value;
            digits[count++] = size;
            continue;
        }
        if (strchr("/.-' ", *at) == NULL)
            break;
        apostrophe = apostrophe || *at == '\'';
        at++;
    }
    if (count != 3)
        return -1;
    if (digits[0] == 4)
        order = YEAR_FIRST;
    int year = numbers[order == YEAR_FIRST ? 0 : 2], year_digits = digits[order == YEAR_FIRST ? 0 : 2];
    int month = numbers[order == MONTH_FIRST ? 0 : 1];
    int day = order == MONTH_FIRST ? numbers[1] : order == DAY_FIRST ? numbers[0] : numbers[2];
    if (year_digits <= 2) /* Quicken writes an apostrophe before years from 2000 on */
        year += apostrophe || year < 69 ? 2000 : 1900;
    if (!date_is_valid(year, month, day))
        return -1;
    *date = date_from_civil(year, month, day);
    return 0;
}

static int read_qif_date(const struct qif *qif, int32_t *date)
{
    struct str text = str_of(qif->date);
    static const char *const named[] = {"%d %b %Y",  "%d-%b-%Y", "%d-%b-%y", "%d %b %y",
                                        "%b %d, %Y", "%d/%b/%Y", "%d/%b/%y", "%d.%b.%Y"};
    if (read_date(qif->date, qif->order, date) == 0)
        return 0;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (date_text_parse(text, named[i], date) == 0)
            return 0;
    return date_text_compact(text, date);
}

/* The order in which most dates of the head are days; of two that fit alike the one with the shorter span. */
static enum order find_order(struct str head, bool *doubtful)
{
    int fits[ORDERS] = {0};
    int32_t low[ORDERS] = {0}, high[ORDERS] = {0};
    bool line_start = true;
    for (size_t i = 0; i + 1 < head.size; i++) {
        if (line_start && head.data[i] == 'D') {
            char text[40];
            size_t size = 0;
            while (size + 1 < sizeof text && i + 1 + size < head.size && head.data[i + 1 + size] >= ' ') {
                text[size] = head.data[i + 1 + size];
                size++;
            }
            text[size] = '\0';
            for (int order = 0; order < ORDERS; order++) {
                int32_t date;
                if (read_date(text, (enum order)order, &date) != 0)
                    continue;
                low[order] = fits[order] == 0 || date < low[order] ? date : low[order];
                high[order] = fits[order] == 0 || date > high[order] ? date : high[order];
                fits[order]++;
            }
        }
        line_start = head.data[i] == '\n' || head.data[i] == '\r';
    }
    *doubtful = fits[MONTH_FIRST] > 0 && fits[MONTH_FIRST] == fits[DAY_FIRST];
    enum order best = MONTH_FIRST;
    if (fits[DAY_FIRST] > fits[MONTH_FIRST])
        best = DAY_FIRST;
    else if (*doubtful && high[DAY_FIRST] - low[DAY_FIRST] < (high[MONTH_FIRST] - low[MONTH_FIRST]) / 2)
        best = DAY_FIRST;
    return fits[YEAR_FIRST] > fits[best] ? YEAR_FIRST : best;
}

static void reset(struct qif *qif)
{
    qif->any = qif->has_date = qif->has_amount = qif->broken = qif->has_parts = qif->parts_broken = false;
    qif->parts_minor = 0;
    qif->date[0] = qif->amount[0] = '\0';
    for (int i = 0; i < TEXTS; i++)
        buf_reset(&qif->texts[i]);
    buf_reset(&qif->description);
}

static int reject(struct statement *statement, const char *reason, struct err *err)
{
    struct qif *qif = statement->state;
    char shown[200];
    snprintf(shown, sizeof shown, "D%s T%s P%.60s", qif->date, qif->amount,
             qif->texts[PAYEE].data == NULL ? "" : qif->texts[PAYEE].data);
    if (!str_is_utf8(str_of(shown)))
        snprintf(shown, sizeof shown, "D%s T%s", qif->date, qif->amount);
    return reader_reject(statement, qif->line, qif->offset, str_of(shown), err, "%s", reason);
}

/* What an investment action does to the account's cash; T is written without a sign for most. */
static int cash_sign(struct str action)
{
    static const struct {
        const char *action;
        int sign;
    } actions[] = {
        {"Buy", -1},  {"CvrShrt", -1}, {"MiscExp", -1}, {"MargInt", -1}, {"XOut", -1},   {"WithdrwX", -1},
        {"Sell", 1},  {"ShtSell", 1},  {"Div", 1},      {"IntInc", 1},   {"CGLong", 1},  {"CGShort", 1},
        {"CGMid", 1}, {"MiscInc", 1},  {"XIn", 1},      {"ContribX", 1}, {"RtrnCap", 1},
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (str_equal_nocase(action, str_of(actions[i].action)))
            return actions[i].sign;
    return 0;
}

static const char *read_amount(const struct statement *statement, struct str text, struct amount *amount)
{
    static const struct amount_style style = {.marks = AMOUNT_MARK_GROUPED};
    const struct currency *currency = statement->options.currency;
    const char *wrong = amount_parse(text, &style, currency == NULL ? 4 : currency->exponent, amount);
    if (wrong == NULL && amount->mark == AMOUNT_DEBIT)
        amount->minor = -amount->minor;
    return wrong;
}

static void add_part(struct statement *statement, struct str text)
{
    struct qif *qif = statement->state;
    struct amount amount;
    qif->has_parts = true;
    if (read_amount(statement, text, &amount) != NULL ||
        money_add(qif->parts_minor, amount.minor, &qif->parts_minor) != 0)
        qif->parts_broken = true;
}

static int end_transaction(struct statement *statement, struct err *err)
{
    struct qif *qif = statement->state;
    const struct currency *currency = statement->options.currency;
    struct amount amount = {.minor = qif->parts_minor};
    char reason[160];
    struct statement_row row = {.line = qif->line, .offset = qif->offset, .has_date = true};
    if (qif->broken)
        return reject(statement, "a line of the record is longer than a line may be", err);
    if (!qif->has_date || read_qif_date(qif, &row.date) != 0) {
        snprintf(reason, sizeof reason, qif->has_date ? "date: \"%s\" is not a date" : "date: is missing%s",
                 qif->date);
        return reject(statement, reason, err);
    }
    if (!qif->has_amount && (!qif->has_parts || qif->parts_broken))
        return reject(statement, "amount: is missing", err);
    const char *wrong = qif->has_amount ? read_amount(statement, str_of(qif->amount), &amount) : NULL;
    if (wrong != NULL) {
        snprintf(reason, sizeof reason, "amount: \"%s\" %s", qif->amount, wrong);
        return reject(statement, reason, err);
    }
    if (currency == NULL)
        return reject(statement, "currency: the file states none and none was given", err);
    row.amount_minor = amount.minor;
    row.currency = currency;
    row.payee = reader_view(&qif->texts[PAYEE]);
    row.memo = reader_view(&qif->texts[MEMO]);
    row.category = reader_view(&qif->texts[CATEGORY]);
    row.reference = reader_view(&qif->texts[NUMBER]);
    row.type = reader_view(&qif->texts[ACTION]);
    if (qif->section == SECTION_INVESTMENT && !str_equal_nocase(row.type, STR("Cash"))) {
        int sign = cash_sign(row.type);
        if (sign == 0)
            return reject(statement, "action: moves securities and no cash of this account", err);
        row.amount_minor = sign * (row.amount_minor < 0 ? -row.amount_minor : row.amount_minor);
    }
    reader_add_words(&qif->description, row.payee);
    reader_add_words(&qif->description, row.memo);
    row.description = reader_view(&qif->description);
    return reader_row(statement, &row, err);
}

static int end_record(struct statement *statement, struct err *err)
{
    struct qif *qif = statement->state;
    int result = 0;
    if (qif->any && qif->section == SECTION_ACCOUNT)
        reader_copy(qif->account, sizeof qif->account, reader_view(&qif->texts[NUMBER]));
    /* An investment record moves money only when it has an amount: a price or a share split has none. */
    bool moves = qif->section == SECTION_BANK || (qif->section == SECTION_INVESTMENT && qif->has_amount);
    if (qif->any && moves)
        result = end_transaction(statement, err);
    reset(qif);
    return result;
}

static int take_option(struct statement *statement, struct str text, struct err *err)
{
    struct qif *qif = statement->state;
    if (end_record(statement, err) != 0)
        return -1;
    if (str_starts_nocase(text, "!account")) {
        qif->section = SECTION_ACCOUNT;
        return 0;
    }
    if (!str_starts_nocase(text, "!type:"))
        return 0; /* !Option:, !Clear: */
    static const char *const bank[] = {"bank", "cash", "ccard", "oth a", "oth l", "liability", "asset"};
    struct str type = str_trim((struct str){text.data + 6, text.size - 6});
    qif->section = str_starts_nocase(type, "invst") || str_starts_nocase(type, "port") ? SECTION_INVESTMENT
                                                                                       : SECTION_OTHER;
    for (size_t i = 0; i < sizeof bank / sizeof *bank; i++)
        if (str_starts_nocase(type, bank[i]))
            qif->section = SECTION_BANK;
    if (qif->section > SECTION_INVESTMENT)
        return 0;
    bool used = statement->facts.statement_count > 0 &&
                reader_part(statement)->rows + reader_part(statement)->rejected > 0;
    if ((used || statement->facts.statement_count == 0) && reader_begin_part(statement, err) != 0)
        return -1;
    reader_copy(reader_part(statement)->account, sizeof reader_part(statement)->account,
                str_of(qif->account));
    return 0;
}

static int take_line(struct statement *statement, const struct line *line, struct err *err)
{
    struct qif *qif = statement->state;
    struct str text = str_trim(line->text);
    if (text.size == 0)
        return 0;
    struct str value = str_trim((struct str){text.data + 1, text.size - 1});
    if (*text.data == '!')
        return take_option(statement, text, err);
    if (*text.data == '^')
        return end_record(statement, err);
    if (!qif->any) {
        qif->line = line->number;
        qif->offset = line->offset;
    }
    qif->any = true;
    qif->broken = qif->broken || line->cut;
    switch (*text.data) {
    case 'D':
        reader_copy(qif->date, sizeof qif->date, value);
        qif->has_date = value.size > 0;
        break;
    case 'T':
    case 'U': /* the same amount, from the time when T was too short for it */
        if (value.size > 0 && (*text.data == 'T' || !qif->has_amount)) {
            reader_copy(qif->amount, sizeof qif->amount, value);
            qif->has_amount = true;
        }
        break;
    case '$': /* of an investment and an account's balance it is something else */
        if (qif->section == SECTION_BANK)
            add_part(statement, value);
        break;
    case 'P':
        reader_add_words(&qif->texts[PAYEE], value);
        break;
    case 'M':
        reader_add_words(&qif->texts[MEMO], value);
        break;
    case 'L':
        reader_add_words(&qif->texts[CATEGORY], value);
        break;
    case 'N':
        reader_add_words(&qif->texts[qif->section == SECTION_INVESTMENT ? ACTION : NUMBER], value);
        break;
    default: /* A address, C cleared, S E % split, Y I Q O investment: not of the booking itself */
        break;
    }
    return 0;
}

static void free_qif(void *object)
{
    struct qif *qif = object;
    for (int i = 0; i < TEXTS; i++)
        buf_free(&qif->texts[i]);
    buf_free(&qif->description);
}

static int qif_open(struct statement *statement, struct str head, bool whole, struct err *err)
{
    (void)whole;
    (void)err;
    struct qif *qif = arena_alloc(&statement->arena, sizeof *qif);
    statement->state = qif;
    lines_init(&qif->lines, statement, take_line);
    for (int i = 0; i < TEXTS; i++)
        buf_init(&qif->texts[i], statement->options.limits.field_bytes);
    buf_init(&qif->description, statement->options.limits.field_bytes * 2 + 1);
    arena_defer(&statement->arena, free_qif, qif);
    bool doubtful;
    qif->order = find_order(head, &doubtful);
    qif->section = SECTION_BANK;
    const struct mapping *mapping = statement->options.mapping;
    if (mapping != NULL && mapping->date_format_count > 0) {
        const char *format = mapping->date_formats[0];
        const char *day = strpbrk(format, "d"), *month = strpbrk(format, "m"), *year = strpbrk(format, "Yy");
        if (day != NULL && month != NULL && year != NULL)
            qif->order = year < day && year < month ? YEAR_FIRST : day < month ? DAY_FIRST : MONTH_FIRST;
    } else if (doubtful) {
        statement->facts.certainty = 60;
    }
    return 0;
}

static int qif_text(struct statement *statement, struct str text, int64_t offset, struct err *err)
{
    struct qif *qif = statement->state;
    return lines_feed(&qif->lines, text, offset, err);
}

static int qif_finish(struct statement *statement, struct err *err)
{
    struct qif *qif = statement->state;
    return lines_finish(&qif->lines, err) != 0 ? -1 : end_record(statement, err);
}

const struct reader reader_qif = {qif_open, qif_text, qif_finish};

#include "statement/guess_columns.h"

#include "finance/date.h"
#include "statement/amount.h"
#include "statement/column_words.h"
#include "statement/date_text.h"
#include "statement/guess_study.h"

/* Day first stands before month first: of two that fit equally the earlier is taken. */
static const char *const formats[] = {
    "%Y-%m-%d",    "%d.%m.%Y",       "%d/%m/%Y",     "%m/%d/%Y",    "%d-%m-%Y",     "%m-%d-%Y", "%Y/%m/%d",
    "%Y.%m.%d",    "%Y.%m.%d.",      "%Y%m%d",       "%d.%m.%y",    "%d/%m/%y",     "%m/%d/%y", "%d-%m-%y",
    "%m-%d-%y",    "%d %b %Y",       "%d-%b-%Y",     "%d/%b/%Y",    "%d.%b.%Y",     "%d%b%Y",   "%d %b %y",
    "%d-%b-%y",    "%b %d, %Y",      "%b %d %Y",     "%a %d %b %Y", "%Y %m %d",     "%d %m %Y", "%d. %b %Y",
    "%d.%m.%Y.",   "%d. %m. %Y",     "%d%m%Y",       "%b-%d-%Y",    "%a, %d %b %Y", "%Y-%b-%d", "%y-%m-%d",
    "%Y. %m. %d.", "%d de %b de %Y", "%Y年%m月%d日",
};
enum { FORMATS = sizeof formats / sizeof *formats, VOTES = 4096 };
_Static_assert((int)FORMATS == (int)STUDY_FORMATS, "struct column counts each format");

static uint64_t formats_of(struct str cell)
{
    uint64_t fit = 0;
    int32_t date;
    bool digit = false;
    for (size_t i = 0; i < cell.size && i < 24; i++)
        digit = digit || (cell.data[i] >= '0' && cell.data[i] <= '9');
    if (!digit || cell.size < 6 || cell.size > 40)
        return 0;
    for (size_t i = 0; i < FORMATS; i++)
        if (date_text_parse(cell, formats[i], &date) == 0 && date > date_from_civil(1000, 1, 1))
            fit |= UINT64_C(1) << i;
    return fit;
}

bool study_amount_of(struct str cell, struct amount *amount)
{
    static const struct amount_style style = {.marks = AMOUNT_MARK_GROUPED};
    return cell.size > 0 && cell.size < 32 && amount_parse(cell, &style, 4, amount) == NULL;
}

static bool has_decimals(struct str cell)
{
    for (size_t i = 0; i + 1 < cell.size; i++)
        if ((cell.data[i] == '.' || cell.data[i] == ',') && cell.data[i + 1] >= '0' &&
            cell.data[i + 1] <= '9')
            return true;
    return false;
}

static size_t count_digits(struct str cell)
{
    size_t digits = 0;
    for (size_t i = 0; i < cell.size; i++)
        digits += cell.data[i] >= '0' && cell.data[i] <= '9';
    return digits;
}

/* The column that is a date in most rows; lines before the table have theirs elsewhere. */
static size_t date_column(const struct sample *sample, size_t *votes)
{
    size_t best = 0;
    memset(votes, 0, VOTES * sizeof *votes);
    for (size_t i = 0; i < sample->count; i++)
        for (size_t j = 0; j < sample->records[i].count && j < VOTES && sample->records[i].is_row; j++)
            votes[j] += formats_of(sample->records[i].cells[j]) != 0;
    for (size_t j = 0; j < VOTES; j++)
        best = votes[j] > votes[best] ? j : best;
    return best;
}

void sample_find_rows(struct sample *sample)
{
    size_t *votes = arena_array(sample->arena, VOTES, sizeof *votes);
    for (size_t i = 0; i < sample->count; i++) {
        struct sample_record *record = &sample->records[i];
        bool date = false, money = false;
        for (size_t j = 0; j < record->count; j++) {
            struct amount amount;
            bool is_date = formats_of(record->cells[j]) != 0;
            date = date || is_date || column_word_pending(record->cells[j]);
            money = money || (!is_date && study_amount_of(record->cells[j], &amount));
        }
        record->is_row = date && money && record->count > 1;
    }
    size_t column = date_column(sample, votes);
    memset(votes, 0, VOTES * sizeof *votes);
    for (size_t i = 0; i < sample->count; i++) {
        struct sample_record *record = &sample->records[i];
        record->is_row =
            record->is_row && column < record->count &&
            (formats_of(record->cells[column]) != 0 || column_word_pending(record->cells[column]));
        if (record->is_row && record->count < VOTES)
            votes[record->count]++;
    }
    for (size_t i = 0; i < VOTES; i++)
        if (votes[i] > 0 && (sample->columns == 0 || votes[i] > votes[sample->columns]))
            sample->columns = i;
}

/* Four digits or more in one run: "-18000". */
static bool is_bare_thousands(struct str cell)
{
    size_t start = cell.size > 0 && (cell.data[0] == '-' || cell.data[0] == '+');
    return cell.size - start >= 4 && count_digits(cell) == cell.size - start;
}

static void study_cell(struct column *column, struct str cell)
{
    if (cell.size == 0)
        return;
    column->filled++;
    column->text_bytes += cell.size;
    uint64_t fit = formats_of(cell);
    column->dates += fit != 0 || column_word_pending(cell);
    for (size_t i = 0; i < FORMATS; i++)
        column->by_format[i] += fit >> i & 1;
    char code[4];
    struct amount amount;
    column->currencies += cell.size <= 4 && amount_currency(cell, code);
    column->sides += column_word_side(cell) != SIDE_NONE;
    if (!study_amount_of(cell, &amount))
        return;
    column->amounts++;
    column->zeros += amount.minor == 0;
    column->negatives += amount.minor < 0 || amount.mark == AMOUNT_DEBIT;
    column->plus += amount.plus || amount.mark == AMOUNT_CREDIT;
    column->marked += amount.mark != AMOUNT_PLAIN;
    column->whole += !has_decimals(cell);
    column->thousands += is_bare_thousands(cell);
    column->long_digits +=
        count_digits(cell) > 11 || (!has_decimals(cell) && cell.data[0] == '0' && cell.size > 1);
}

struct str study_name_of(const struct study *study, size_t column)
{
    return study->header != NULL && column < study->header->count ? study->header->cells[column] : STR("");
}

int study_score_of(const struct study *study, size_t column, enum column_role role)
{
    return column_word_score(study_name_of(study, column), role);
}

static void study_columns(struct study *study)
{
    const struct sample *sample = study->sample;
    study->count = sample->columns;
    study->columns = arena_array(sample->arena, study->count + 1, sizeof *study->columns);
    for (size_t i = 0; i < sample->count; i++) {
        const struct sample_record *record = &sample->records[i];
        if (!record->is_row || record->count != sample->columns)
            continue;
        study->rows++;
        for (size_t j = 0; j < record->count; j++)
            study_cell(&study->columns[j], record->cells[j]);
    }
    for (size_t i = 0; i < study->count; i++) {
        struct column *column = &study->columns[i];
        column->is_date = column->filled > 0 && column->dates * 10 >= column->filled * 8;
        column->is_amount = !column->is_date && column->filled > 0 &&
                            column->amounts * 10 >= column->filled * 9 &&
                            column->long_digits * 2 <= column->filled;
    }
}

/* The best column for a role: by its header, else by `fallback` points. */
int study_best_column(const struct study *study, enum column_role role,
                      bool (*fits)(const struct study *, size_t))
{
    int best = -1, best_score = 0;
    for (size_t i = 0; i < study->count; i++) {
        int score = study_score_of(study, i, role);
        if (study->columns[i].filled == 0)
            score /= 2; /* another that is filled is more use */
        if (fits(study, i) && score > best_score) {
            best = (int)i;
            best_score = score;
        }
    }
    return best;
}

static bool fits_date(const struct study *study, size_t i)
{
    return study->columns[i].is_date;
}

static bool fits_text(const struct study *study, size_t i)
{
    const struct column *column = &study->columns[i];
    return !column->is_date && !(column->is_amount && column->whole < column->filled);
}

static void guess_dates(struct study *study)
{
    struct columns_guess *found = study->found;
    found->date = study_best_column(study, COLUMN_DATE, fits_date);
    found->value_date = study_best_column(study, COLUMN_VALUE_DATE, fits_date);
    size_t most = 0;
    if (found->date < 0 || found->date == found->value_date)
        found->date = -1;
    for (size_t i = 0; i < study->count && found->date < 0; i++)
        if (study->columns[i].is_date && (int)i != found->value_date && study->columns[i].dates > most) {
            found->date = (int)i;
            most = study->columns[i].dates;
            break;
        }
    if (found->date < 0) {
        found->date = found->value_date;
        found->value_date = -1;
    }
}

/* Days between the first and the last date when read by a format, and how often the order turns. */
static long spread(const struct study *study, int column, const char *format, bool *padded)
{
    int32_t low = 0, high = 0, date;
    bool any = false;
    *padded = true;
    for (size_t i = 0; i < study->sample->count; i++) {
        const struct sample_record *record = &study->sample->records[i];
        if (!record->is_row || (size_t)column >= record->count ||
            date_text_parse(record->cells[column], format, &date) != 0)
            continue;
        const char *cell = record->cells[column].data;
        *padded = *padded && cell[0] != '\0' && cell[1] >= '0' && cell[1] <= '9';
        low = any && low < date ? low : date;
        high = any && high > date ? high : date;
        any = true;
    }
    return (long)high - low;
}

static void guess_format(struct study *study, int column, const struct currency *account)
{
    struct columns_guess *found = study->found;
    if (column < 0)
        return;
    const size_t *by = study->columns[column].by_format;
    size_t best = FORMATS;
    for (size_t i = 0; i < FORMATS; i++)
        if (by[i] > 0 && (best == FORMATS || by[i] > by[best]))
            best = i;
    if (best == FORMATS)
        return;
    found->formats[0] = formats[best];
    found->format_count = 1;
    for (size_t i = best + 1; i < FORMATS; i++) {
        bool month_first = formats[i][0] == '%' && formats[i][1] == 'm' && formats[best][1] == 'd' &&
                           strlen(formats[i]) == strlen(formats[best]) && by[i] == by[best];
        if (!month_first)
            continue;
        /* Both orders fit. A statement's days lie close together; else month first is how Americans write. */
        bool padded;
        long day_span = spread(study, column, formats[best], &padded),
             month_span = spread(study, column, formats[i], &padded);
        bool american = !padded || (account != NULL && memcmp(account->code, "USD", 4) == 0);
        bool month = month_span * 2 < day_span || (day_span * 2 >= month_span && american);
        if (day_span == month_span || (day_span * 2 >= month_span && month_span * 2 >= day_span))
            found->certainty -= 30;
        else
            found->certainty -= 10;
        if (month)
            found->formats[0] = formats[i];
        return;
    }
    for (size_t i = 0; i < FORMATS && found->format_count < 2; i++)
        if (by[i] > 0 && by[best] < study->columns[column].filled && i != best && by[i] > by[best] / 4 &&
            strncmp(formats[i], formats[best], 2) == 0)
            found->formats[found->format_count++] = formats[i];
}

static bool fits_reference(const struct study *study, size_t i)
{
    const struct column *column = &study->columns[i];
    return !column->is_date && column->filled * 2 >= study->rows;
}

static void guess_texts(struct study *study)
{
    struct columns_guess *found = study->found;
    found->payee = study_best_column(study, COLUMN_PAYEE, fits_text);
    found->counterparty = study_best_column(study, COLUMN_COUNTERPARTY, fits_text);
    found->reference = study_best_column(study, COLUMN_REFERENCE, fits_reference);
    if (found->reference >= 0 && (found->reference == found->amount ||
                                  study_score_of(study, (size_t)found->reference, COLUMN_REFERENCE) < 70))
        found->reference = -1;
    for (size_t i = 0; i < study->count && found->memo_count < MAPPING_COLUMNS; i++)
        if (fits_text(study, i) && study_score_of(study, i, COLUMN_MEMO) >= 70 && (int)i != found->payee &&
            (int)i != found->reference && (int)i != found->counterparty && (int)i != found->sign &&
            (int)i != found->currency_column && (int)i != found->amount)
            found->memo[found->memo_count++] = (int)i;
}

/* What the caller stated takes the place of the guess, so that what hangs on it is looked for in the right
 * column. */
int study_stated(const struct study *study, const struct mapping_column *column, int guessed)
{
    if (!mapping_has(column))
        return guessed;
    if (column->name == NULL)
        return (size_t)column->number < study->count ? column->number : -1;
    for (size_t i = 0; study->header != NULL && i < study->header->count && i < study->count; i++)
        if (str_equal_nocase(study->header->cells[i], str_trim(str_of(column->name))))
            return (int)i;
    return -1;
}

void guess_columns(const struct sample *sample, const struct sample_record *header,
                   const struct mapping *given, const struct currency *account, struct columns_guess *found)
{
    *found = (struct columns_guess){
        .certainty = 100,
        .date = -1,
        .value_date = -1,
        .amount = -1,
        .debit = -1,
        .credit = -1,
        .sign = -1,
        .balance = -1,
        .currency_column = -1,
        .payee = -1,
        .counterparty = -1,
        .reference = -1,
    };
    struct study study = {.sample = sample, .header = header, .found = found};
    study_columns(&study);
    guess_dates(&study);
    found->date = study_stated(&study, &given->date, found->date);
    if (given->date_format_count == 0)
        guess_format(&study, found->date, account);
    guess_money(&study, given, account);
    guess_texts(&study);
    if (study.rows < 3)
        found->certainty -= 5;
}

#include "statement/guess_columns.h"

#include <stdlib.h>

#include "finance/date.h"
#include "statement/amount.h"
#include "statement/column_words.h"
#include "statement/date_text.h"

/* Day first stands before month first: of two that fit equally the earlier is taken. */
static const char *const formats[] = {
    "%Y-%m-%d",     "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y",    "%d-%m-%Y",  "%m-%d-%Y",   "%Y/%m/%d",  "%Y.%m.%d",
    "%Y.%m.%d.",    "%Y%m%d",   "%d.%m.%y", "%d/%m/%y",    "%m/%d/%y",  "%d-%m-%y",   "%m-%d-%y",  "%d %b %Y",
    "%d-%b-%Y",     "%d/%b/%Y", "%d.%b.%Y", "%d%b%Y",      "%d %b %y",  "%d-%b-%y",   "%b %d, %Y", "%b %d %Y",
    "%a %d %b %Y",  "%Y %m %d", "%d %m %Y", "%d. %b %Y",   "%d.%m.%Y.", "%d. %m. %Y", "%d%m%Y",    "%b-%d-%Y",
    "%a, %d %b %Y", "%Y-%b-%d", "%y-%m-%d", "%Y. %m. %d.",
};
enum { FORMATS = sizeof formats / sizeof *formats, VOTES = 4096 };

struct column {
    size_t filled, dates, amounts, zeros, negatives, plus, marked, whole, long_digits, currencies, sides;
    size_t by_format[FORMATS];
    size_t text_bytes;
    bool is_date, is_amount;
};

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

static bool amount_of(struct str cell, struct amount *amount)
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
            money = money || (!is_date && amount_of(record->cells[j], &amount));
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
    if (!amount_of(cell, &amount))
        return;
    column->amounts++;
    column->zeros += amount.minor == 0;
    column->negatives += amount.minor < 0 || amount.mark == AMOUNT_DEBIT;
    column->plus += amount.plus || amount.mark == AMOUNT_CREDIT;
    column->marked += amount.mark != AMOUNT_PLAIN;
    column->whole += !has_decimals(cell);
    column->long_digits +=
        count_digits(cell) > 11 || (!has_decimals(cell) && cell.data[0] == '0' && cell.size > 1);
}

struct study {
    const struct sample *sample;
    const struct sample_record *header;
    struct column *columns;
    size_t count, rows;
    struct columns_guess *found;
};

static struct str name_of(const struct study *study, size_t column)
{
    return study->header != NULL && column < study->header->count ? study->header->cells[column] : STR("");
}

static int score_of(const struct study *study, size_t column, enum column_role role)
{
    return column_word_score(name_of(study, column), role);
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
static int best_column(const struct study *study, enum column_role role,
                       bool (*fits)(const struct study *, size_t))
{
    int best = -1, best_score = 0;
    for (size_t i = 0; i < study->count; i++) {
        int score = score_of(study, i, role);
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
    found->date = best_column(study, COLUMN_DATE, fits_date);
    found->value_date = best_column(study, COLUMN_VALUE_DATE, fits_date);
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

static bool fits_money(const struct study *study, size_t i)
{
    const struct column *column = &study->columns[i];
    return column->is_amount && score_of(study, i, COLUMN_ASIDE) < 70 &&
           score_of(study, i, COLUMN_BALANCE) < 70;
}

/* A side's column may be empty in the sample. */
static bool fits_side(const struct study *study, size_t i)
{
    return study->columns[i].filled == 0 || fits_money(study, i);
}

static struct amount cell_amount(const struct sample_record *record, int column)
{
    struct amount amount = {0};
    if (column >= 0 && (size_t)column < record->count && !amount_of(record->cells[column], &amount))
        amount = (struct amount){0};
    return amount;
}

/* How often `balance` moves by `amount` from row to row, in percent, the better way round. */
static int chain_fit(const struct study *study, int amount, int balance)
{
    const struct sample_record *before = NULL;
    int up = 0, down = 0, pairs = 0;
    for (size_t i = 0; i < study->sample->count; i++) {
        const struct sample_record *record = &study->sample->records[i];
        if (!record->is_row || record->count != study->sample->columns)
            continue;
        if (before != NULL) {
            int64_t first = cell_amount(before, balance).minor, second = cell_amount(record, balance).minor;
            pairs++;
            up += second - first == cell_amount(record, amount).minor;
            down += first - second == cell_amount(before, amount).minor;
        }
        before = record;
    }
    return pairs == 0 ? 0 : (up > down ? up : down) * 100 / pairs;
}

/* Two columns of which each row fills one. */
static bool complement(const struct study *study, size_t a, size_t b)
{
    const struct column *first = &study->columns[a], *second = &study->columns[b];
    size_t filled = first->filled - first->zeros + second->filled - second->zeros;
    return filled <= study->rows && filled + filled / 4 + 1 >= study->rows &&
           first->filled + second->filled > 0;
}

static bool guess_sides(struct study *study)
{
    struct columns_guess *found = study->found;
    int debit = best_column(study, COLUMN_DEBIT, fits_side),
        credit = best_column(study, COLUMN_CREDIT, fits_side);
    if (debit >= 0 && credit >= 0 && debit != credit && complement(study, (size_t)debit, (size_t)credit)) {
        found->debit = debit;
        found->credit = credit;
        return true;
    }
    if (study->header != NULL)
        return false;
    /* Money out stands first in most files that have no header. */
    for (size_t i = 0; i + 1 < study->count; i++) {
        const struct column *a = &study->columns[i], *b = &study->columns[i + 1];
        bool one = a->is_amount || b->is_amount;
        if (one && (a->is_amount || a->filled == 0) && (b->is_amount || b->filled == 0) &&
            complement(study, i, i + 1) && (a->filled < study->rows || b->filled < study->rows)) {
            found->debit = (int)i;
            found->credit = (int)i + 1;
            found->certainty -= 35;
            return true;
        }
    }
    return false;
}

static int guess_single(struct study *study)
{
    int best = -1, best_score = -1000;
    for (size_t i = 0; i < study->count; i++) {
        const struct column *column = &study->columns[i];
        if (!column->is_amount || (int)i == study->found->date || (int)i == study->found->value_date)
            continue;
        int score = score_of(study, i, COLUMN_AMOUNT);
        int aside = score_of(study, i, COLUMN_ASIDE), balance = score_of(study, i, COLUMN_BALANCE);
        score -= aside > balance ? aside : balance;
        score += column->negatives > 0 ? 20 : 0;
        score += column->whole < column->amounts ? 30 : 0;
        score += column->filled == study->rows ? 30 : 0;
        score -= column->zeros * 2 > column->filled ? 60 : 0;
        if (score > best_score) {
            best = (int)i;
            best_score = score;
        }
    }
    return best;
}

static void guess_balance(struct study *study)
{
    struct columns_guess *found = study->found;
    found->balance = -1;
    int best = 0;
    for (size_t i = 0; i < study->count; i++) {
        if (!study->columns[i].is_amount || (int)i == found->amount || (int)i == found->debit ||
            (int)i == found->credit)
            continue;
        int named = score_of(study, i, COLUMN_BALANCE), fit = 0;
        if (found->amount >= 0 && study->columns[i].filled == study->rows)
            fit = chain_fit(study, found->amount, (int)i);
        if (named + fit > best && (named >= 50 || fit >= 60)) {
            best = named + fit;
            found->balance = (int)i;
        }
    }
    /* Without names the balance may have been taken for the amount. */
    if (found->balance >= 0 && found->amount >= 0 && study->header == NULL &&
        chain_fit(study, found->balance, found->amount) > chain_fit(study, found->amount, found->balance)) {
        int amount = found->balance;
        found->balance = found->amount;
        found->amount = amount;
    }
}

static void add_value(struct study *study, struct mapping_values *values, struct str cell)
{
    for (size_t i = 0; i < values->count; i++)
        if (str_equal_nocase(str_of(values->list[i]), cell))
            return;
    if (values->count < MAPPING_VALUES)
        values->list[values->count++] = arena_memdup(study->sample->arena, cell.data, cell.size);
}

/* A column of nothing but marks of the two sides, beside amounts that have no sign. */
static void guess_sign(struct study *study)
{
    struct columns_guess *found = study->found;
    if (study->columns[found->amount].negatives > 0 || study->columns[found->amount].marked > 0)
        return;
    int best = -1, best_score = -1;
    for (size_t i = 0; i < study->count; i++) {
        const struct column *column = &study->columns[i];
        if (column->filled * 10 < study->rows * 9 || column->sides * 20 < column->filled * 19)
            continue;
        int score = score_of(study, i, COLUMN_SIGN) + ((int)i > found->amount ? 2 : 1);
        if (score > best_score) {
            best = (int)i;
            best_score = score;
        }
    }
    found->sign = best;
    for (size_t i = 0; best >= 0 && i < study->sample->count; i++) {
        const struct sample_record *record = &study->sample->records[i];
        if (!record->is_row || (size_t)best >= record->count)
            continue;
        enum side side = column_word_side(record->cells[best]);
        if (side != SIDE_NONE)
            add_value(study, side == SIDE_DEBIT ? &found->sign_debit : &found->sign_credit,
                      record->cells[best]);
    }
}

static bool says_payment(struct str cell)
{
    static const char *const phrases[] = {"payment received", "thank you", "payment - thank",
                                          "direct debit payment"};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        for (size_t at = 0; at + strlen(phrases[i]) <= cell.size; at++)
            if (str_starts_nocase((struct str){cell.data + at, cell.size - at}, phrases[i]))
                return true;
    return false;
}

/* A card's export in which purchases are positive: its payments are negative, or the odd ones out. */
static void guess_invert(struct study *study)
{
    struct columns_guess *found = study->found;
    const struct column *column = &study->columns[found->amount];
    if (found->sign >= 0 || study->rows == 0)
        return;
    bool mostly_positive =
        column->negatives * 2 < column->amounts || (column->amounts <= 3 && column->negatives < 2);
    for (size_t i = 0; i < study->sample->count; i++) {
        const struct sample_record *record = &study->sample->records[i];
        struct amount amount = cell_amount(record, found->amount);
        bool credit = amount.minor < 0 || amount.mark == AMOUNT_CREDIT || amount.plus;
        for (size_t j = 0; record->is_row && j < record->count && credit && mostly_positive; j++)
            if (says_payment(record->cells[j])) {
                found->invert = true;
                found->certainty -= 20;
                return;
            }
    }
    if (column->negatives == 0 && study->rows >= 3)
        found->certainty -= 30; /* all money in? more likely a sign that was not found */
}

/* The decimal mark of the amount columns; none when nothing tells. */
static void guess_decimal(struct study *study)
{
    size_t points = 0, commas = 0, doubtful = 0;
    const int columns[] = {study->found->amount, study->found->debit, study->found->credit,
                           study->found->balance};
    for (size_t i = 0; i < study->sample->count; i++) {
        const struct sample_record *record = &study->sample->records[i];
        for (size_t c = 0; c < 4 && record->is_row; c++) {
            if (columns[c] < 0 || (size_t)columns[c] >= record->count)
                continue;
            struct str cell = record->cells[columns[c]];
            size_t digits = 0, marks = 0;
            char mark = '\0';
            bool both = false;
            for (size_t at = 0; at < cell.size; at++) {
                bool is_mark = cell.data[at] == '.' || cell.data[at] == ',';
                both = both || (is_mark && mark != '\0' && mark != cell.data[at]);
                marks += is_mark;
                mark = is_mark ? cell.data[at] : mark;
                digits = is_mark ? 0 : digits + (cell.data[at] >= '0' && cell.data[at] <= '9');
            }
            if (mark == '\0')
                continue;
            if (!both && marks > 1)
                *(mark == ',' ? &points : &commas) += 1; /* a mark that comes twice groups */
            else if (both || digits != 3)
                *(mark == ',' ? &commas : &points) += 1;
            else
                doubtful++;
        }
    }
    study->found->decimal = points + commas == 0 ? '\0' : commas > points ? ',' : '.';
    if (points > 0 && commas > 0)
        study->found->certainty -= 15;
    if (points + commas == 0 && doubtful > 0)
        study->found->certainty -= 40;
}

/* A code in parentheses or behind "in" in the header, or on the amounts themselves. */
static void guess_currency(struct study *study, const struct currency *account)
{
    struct columns_guess *found = study->found;
    int amount = found->amount >= 0 ? found->amount : found->debit;
    int best = -1, best_score = -1;
    for (size_t i = 0; i < study->count; i++) {
        const struct column *column = &study->columns[i];
        if (column->filled * 10 < study->rows * 8 || column->currencies < column->filled ||
            column->filled == 0)
            continue;
        int score = score_of(study, i, COLUMN_CURRENCY) - score_of(study, i, COLUMN_ASIDE);
        score += (int)i == amount + 1 ? 40 : 0; /* of two alike the one behind the amount */
        if (score > best_score) {
            best = (int)i;
            best_score = score;
        }
    }
    found->currency_column = best;
    struct str name = amount < 0 ? STR("") : name_of(study, (size_t)amount);
    for (size_t i = 0; i + 3 <= name.size && best < 0; i++) {
        bool start = i == 0 || strchr(" (/-_[", name.data[i - 1]) != NULL;
        bool end = i + 3 == name.size || strchr(" )/-_]", name.data[i + 3]) != NULL;
        if (start && end && name.data[i] >= 'A' && name.data[i] <= 'Z' &&
            amount_currency((struct str){name.data + i, 3}, found->currency))
            return;
    }
    for (size_t i = 0; i < study->sample->count && best < 0 && amount >= 0; i++) {
        struct amount first = cell_amount(&study->sample->records[i], amount);
        if (study->sample->records[i].is_row && first.currency[0] != '\0') {
            memcpy(found->currency, first.currency, 4);
            return;
        }
    }
    if (best < 0 && account == NULL)
        found->certainty -= 20;
}

static bool fits_reference(const struct study *study, size_t i)
{
    const struct column *column = &study->columns[i];
    return !column->is_date && column->filled * 2 >= study->rows;
}

static void guess_texts(struct study *study)
{
    struct columns_guess *found = study->found;
    found->payee = best_column(study, COLUMN_PAYEE, fits_text);
    found->counterparty = best_column(study, COLUMN_COUNTERPARTY, fits_text);
    found->reference = best_column(study, COLUMN_REFERENCE, fits_reference);
    if (found->reference >= 0 && (found->reference == found->amount ||
                                  score_of(study, (size_t)found->reference, COLUMN_REFERENCE) < 70))
        found->reference = -1;
    for (size_t i = 0; i < study->count && found->memo_count < MAPPING_COLUMNS; i++)
        if (fits_text(study, i) && score_of(study, i, COLUMN_MEMO) >= 70 && (int)i != found->payee &&
            (int)i != found->reference && (int)i != found->counterparty && (int)i != found->sign &&
            (int)i != found->currency_column && (int)i != found->amount)
            found->memo[found->memo_count++] = (int)i;
}

/* What the caller stated takes the place of the guess, so that what hangs on it is looked for in the right
 * column. */
static int stated(const struct study *study, const struct mapping_column *column, int guessed)
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
    found->date = stated(&study, &given->date, found->date);
    if (given->date_format_count == 0)
        guess_format(&study, found->date, account);
    bool money = given->amount.count > 0 || mapping_has(&given->debit) || mapping_has(&given->credit);
    if (given->amount.count > 0) {
        found->amount = stated(&study, &given->amount.list[0], -1);
    } else if (money) {
        found->debit = stated(&study, &given->debit, -1);
        found->credit = stated(&study, &given->credit, -1);
    } else {
        found->amount = guess_single(&study);
        bool clear = found->amount >= 0 &&
                     (study.columns[found->amount].negatives > 0 ||
                      study.columns[found->amount].filled == study.rows) &&
                     score_of(&study, (size_t)found->amount, COLUMN_AMOUNT) >= 50;
        if (!clear && guess_sides(&study))
            found->amount = -1;
        if (found->amount >= 0 && study.header == NULL)
            found->certainty -= 5;
    }
    guess_balance(&study);
    if (found->amount >= 0 && !money) {
        guess_sign(&study);
        guess_invert(&study);
        const struct column *column = &study.columns[found->amount];
        if (column->whole == column->amounts && column->amounts > 1)
            found->certainty -= 15; /* whole units, or minor units? */
    }
    if (found->debit >= 0)
        found->debit_signed = study.columns[found->debit].negatives * 2 >
                              study.columns[found->debit].filled - study.columns[found->debit].zeros;
    guess_decimal(&study);
    guess_currency(&study, account);
    guess_texts(&study);
    if (study.rows < 3)
        found->certainty -= 5;
}

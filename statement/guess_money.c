
#include "statement/amount.h"
#include "statement/column_words.h"
#include "statement/guess_study.h"

static bool fits_money(const struct study *study, size_t i)
{
    const struct column *column = &study->columns[i];
    return column->is_amount && study_score_of(study, i, COLUMN_ASIDE) < 70 &&
           study_score_of(study, i, COLUMN_BALANCE) < 70;
}

/* A side's column may be empty in the sample. */
static bool fits_side(const struct study *study, size_t i)
{
    return study->columns[i].filled == 0 || fits_money(study, i);
}

static struct amount cell_amount(const struct sample_record *record, int column)
{
    struct amount amount = {0};
    if (column >= 0 && (size_t)column < record->count && !study_amount_of(record->cells[column], &amount))
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
    int debit = study_best_column(study, COLUMN_DEBIT, fits_side),
        credit = study_best_column(study, COLUMN_CREDIT, fits_side);
    if (debit >= 0 && credit >= 0 && debit != credit && complement(study, (size_t)debit, (size_t)credit)) {
        found->debit = debit;
        found->credit = credit;
        return true;
    }
    if (study->header != NULL)
        return false;
    /* Of two columns without names the one that is filled more often is money out: people pay more often than
     * they are paid. Of two alike it is the first. */
    for (size_t i = 0; i + 1 < study->count; i++) {
        const struct column *a = &study->columns[i], *b = &study->columns[i + 1];
        bool one = a->is_amount || b->is_amount;
        if (one && (a->is_amount || a->filled == 0) && (b->is_amount || b->filled == 0) &&
            complement(study, i, i + 1) && (a->filled < study->rows || b->filled < study->rows)) {
            bool second = b->filled - b->zeros > a->filled - a->zeros;
            found->debit = (int)i + second;
            found->credit = (int)i + !second;
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
        int score = study_score_of(study, i, COLUMN_AMOUNT);
        int aside = study_score_of(study, i, COLUMN_ASIDE),
            balance = study_score_of(study, i, COLUMN_BALANCE);
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
        int named = study_score_of(study, i, COLUMN_BALANCE), fit = 0;
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
        int score = study_score_of(study, i, COLUMN_SIGN) + ((int)i > found->amount ? 2 : 1);
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
        int score = study_score_of(study, i, COLUMN_CURRENCY) - study_score_of(study, i, COLUMN_ASIDE);
        score += (int)i == amount + 1 ? 40 : 0; /* of two alike the one behind the amount */
        if (score > best_score) {
            best = (int)i;
            best_score = score;
        }
    }
    found->currency_column = best;
    struct str name = amount < 0 ? STR("") : study_name_of(study, (size_t)amount);
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

/* Amounts of a currency with decimals that are all four digits or more without a mark: minor units, since
 * hardly three rows of an account come to whole units. Some currencies have decimals in ISO 4217 and not in
 * life. */
static bool guess_minor_units(const struct study *study, const struct currency *account)
{
    static const char *const in_whole_units[] = {"HUF", "IDR", "COP"};
    const struct column *column = &study->columns[study->found->amount];
    if (column->amounts < 3 || column->thousands < column->amounts ||
        (account != NULL && account->exponent < 2))
        return false;
    for (size_t i = 0; account != NULL && i < sizeof in_whole_units / sizeof *in_whole_units; i++)
        if (strcmp(account->code, in_whole_units[i]) == 0)
            return false;
    return true;
}

void guess_money(struct study *study, const struct mapping *given, const struct currency *account)
{
    struct columns_guess *found = study->found;
    bool money = given->amount.count > 0 || mapping_has(&given->debit) || mapping_has(&given->credit);
    if (given->amount.count > 0) {
        found->amount = study_stated(study, &given->amount.list[0], -1);
    } else if (money) {
        found->debit = study_stated(study, &given->debit, -1);
        found->credit = study_stated(study, &given->credit, -1);
    } else {
        found->amount = guess_single(study);
        bool clear = found->amount >= 0 &&
                     (study->columns[found->amount].negatives > 0 ||
                      study->columns[found->amount].filled == study->rows) &&
                     study_score_of(study, (size_t)found->amount, COLUMN_AMOUNT) >= 50;
        if (!clear && guess_sides(study))
            found->amount = -1;
        if (found->amount >= 0 && study->header == NULL)
            found->certainty -= 5;
    }
    guess_balance(study);
    if (found->amount >= 0 && !money) {
        guess_sign(study);
        guess_invert(study);
        const struct column *column = &study->columns[found->amount];
        found->minor_units = guess_minor_units(study, account);
        if (column->whole == column->amounts && column->amounts > 1)
            found->certainty -= found->minor_units ? 30 : 15; /* whole units, or minor units? */
    }
    if (found->debit >= 0)
        found->debit_signed = study->columns[found->debit].negatives * 2 >
                              study->columns[found->debit].filled - study->columns[found->debit].zeros;
    guess_decimal(study);
    guess_currency(study, account);
}

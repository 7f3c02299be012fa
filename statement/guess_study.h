#ifndef STATEMENT_GUESS_STUDY_H
#define STATEMENT_GUESS_STUDY_H

/* What was seen in each column of a sample, shared by guess_columns.c (dates, texts) and guess_money.c
 * (amounts, signs, balance, currency). */

#include "statement/amount.h"
#include "statement/column_words.h"
#include "statement/guess_columns.h"

enum { STUDY_FORMATS = 38 };

/* Counts of cells. */
struct column {
    size_t filled, dates, amounts, zeros, negatives, plus, marked, whole, thousands, long_digits, currencies,
        sides; /* whole: without decimals; thousands: of these those of 4 digits or more and no mark */
    size_t by_format[STUDY_FORMATS];
    size_t text_bytes;
    bool is_date, is_amount;
};

struct study {
    const struct sample *sample;
    const struct sample_record *header;
    struct column *columns;
    size_t count, rows;
    struct columns_guess *found;
};

/* The column's header, "" when it has none. */
struct str study_name_of(const struct study *study, size_t column);
int study_score_of(const struct study *study, size_t column, enum column_role role);

/* The column that `fits` and whose header says the role best; -1 when none does. */
int study_best_column(const struct study *study, enum column_role role,
                      bool (*fits)(const struct study *, size_t));

/* A cell as an amount of whatever notation; false when it is none. */
bool study_amount_of(struct str cell, struct amount *amount);

/* The number of a column that the caller stated; `guessed` when he stated none; -1 when it is not there. */
int study_stated(const struct study *study, const struct mapping_column *column, int guessed);

/* Fills in the columns and the notation of money in study->found. account: its currency, or NULL. */
void guess_money(struct study *study, const struct mapping *given, const struct currency *account);

#endif

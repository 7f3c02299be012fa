#ifndef STATEMENT_GUESS_COLUMNS_H
#define STATEMENT_GUESS_COLUMNS_H

/* The columns of a CSV file's first records: what each holds and what it is for. Part of guess.c. */

#include "base/arena.h"
#include "finance/money.h"
#include "statement/mapping.h"

struct sample_record {
    struct str *cells; /* trimmed, NUL behind each */
    size_t count;
    int64_t line;
    bool is_row; /* has a date and an amount */
};

struct sample {
    struct arena *arena;
    char delimiter, quote;
    struct sample_record *records;
    size_t count;
    size_t columns; /* of most rows */
    int skipped;    /* lines left out before the first record */
};

/* Marks the rows and sets columns. */
void sample_find_rows(struct sample *sample);

/* Column numbers; -1: none. */
struct columns_guess {
    int certainty;
    int date, value_date, amount, debit, credit, sign, balance, currency_column, payee, counterparty,
        reference;
    int memo[MAPPING_COLUMNS];
    size_t memo_count;
    const char *formats[MAPPING_FORMATS];
    size_t format_count;
    struct mapping_values sign_debit, sign_credit;
    bool invert, debit_signed, minor_units;
    char decimal;
    char currency[4];
};

/* header: NULL when there is none. `given` narrows what has to be guessed. */
void guess_columns(const struct sample *sample, const struct sample_record *header,
                   const struct mapping *given, const struct currency *account, struct columns_guess *found);

#endif

#ifndef STATEMENT_CSV_H
#define STATEMENT_CSV_H

/* The CSV reader's own state: records come from csv_split, become rows in csv_row.c, are held back and handed
 * on in csv.c. Nobody outside statement/ includes it. */

#include "statement/csv_split.h"
#include "statement/guess.h"
#include "statement/reader.h"

enum { CSV_TEXTS = 6, CSV_CONTINUATIONS = 4 };

struct csv_columns {
    int date, value_date, debit, credit, sign, currency, payee, counterparty, reference, balance;
    int amount[MAPPING_COLUMNS], memo[MAPPING_COLUMNS], ignore[MAPPING_IGNORES];
};

/* A row with its texts: description, payee, counterparty, memo, reference, type, in one buffer. */
struct csv_row {
    struct statement_row row;
    struct buf texts;
    size_t starts[CSV_TEXTS + 1];
};

/* A record held back, since the last skip_foot ones are no rows. */
struct csv_held {
    struct csv_record record;
    struct str *fields;
    char *text;
};

/* The running balance of the rows so far, either way round. */
struct csv_chain {
    int64_t rows, with_balance, up_breaks, down_breaks;
    int64_t first_amount, first_balance, last_amount, last_balance;
    int32_t first_date, last_date;
};

struct csv {
    struct statement *statement;
    struct arena scratch;
    struct csv_split split;
    struct guess guess;
    const struct mapping *mapping; /* of guess */
    struct csv_columns columns;
    const struct currency *currency; /* the mapping's constant, else the account's */
    bool header_done, held;
    int lines_before_header; /* records passed over in search of the mapped names */
    size_t header_size;
    char **header;            /* in the statement's arena */
    struct csv_row row, next; /* row is held back for its continuation lines */
    int continuations;
    struct csv_held *foot;
    size_t foot_count, foot_next;
    struct csv_chain chain;
};

enum csv_result {
    CSV_ROW,          /* out is filled */
    CSV_SKIP,         /* no row, and nothing to say about it */
    CSV_CONTINUATION, /* more words of the row before */
    CSV_OPENING,      /* out->row.amount_minor is the opening balance */
    CSV_CLOSING,
    CSV_REJECT, /* reason is filled */
};

enum { CSV_REASON_SIZE = 256 };

/* Reads one record by the mapping. */
enum csv_result csv_row_read(struct csv *csv, const struct csv_record *record, struct csv_row *out,
                             char reason[CSV_REASON_SIZE]);

/* Adds the words of a continuation line to the description. */
void csv_row_continue(struct csv *csv, const struct csv_record *record, struct csv_row *row);

/* The cell without blanks around it; "" where the record has no such column. */
struct str csv_cell(const struct csv_record *record, int column);

#endif

#ifndef STATEMENT_COLUMN_WORDS_H
#define STATEMENT_COLUMN_WORDS_H

/* The words of CSV files: what a column's header says that it is, and which cells are not what they seem. */

#include <stdbool.h>

#include "base/str.h"

enum column_role {
    COLUMN_OTHER,
    COLUMN_DATE,
    COLUMN_VALUE_DATE,
    COLUMN_AMOUNT,
    COLUMN_DEBIT,
    COLUMN_CREDIT,
    COLUMN_BALANCE,
    COLUMN_CURRENCY,
    COLUMN_SIGN,
    COLUMN_PAYEE,
    COLUMN_MEMO,
    COLUMN_COUNTERPARTY,
    COLUMN_REFERENCE,
    COLUMN_ASIDE, /* an amount or date that is not the account's: original currency, fee, rate */
    COLUMN_ROLES
};

/* How surely (0 not at all, 100 certainly) a header names the role. Headers are matched without case (ASCII),
 * marks of punctuation and what stands in parentheses. */
int column_word_score(struct str header, enum column_role role);

enum side { SIDE_NONE, SIDE_DEBIT, SIDE_CREDIT };

/* "D", "Soll", "CRDT", "Bij", "+": which side of the account such a cell names. */
enum side column_word_side(struct str cell);

enum balance_word { BALANCE_NOT, BALANCE_OPENING, BALANCE_CLOSING, BALANCE_TURNOVER };

/* A cell that makes its row a line about the account and no transaction: "Opening balance", "Endsaldo". Only
 * phrases that no shop is called by. */
enum balance_word column_word_balance(struct str cell);

/* "Pending", "Vorgemerkt": what banks write in place of a booking date. */
bool column_word_pending(struct str cell);

#endif

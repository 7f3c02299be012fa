#ifndef STATEMENT_AMOUNT_H
#define STATEMENT_AMOUNT_H

/* Amounts as banks write them: "-1.234,56", "1 234.56 PLN", "(12.00)", "£ 7.40 CR", "00000350.". Never a
 * float, never a mark read as the other one in silence: a thousands mark that does not stand before three
 * digits is refused. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/str.h"

enum amount_marks {
    AMOUNT_MARK_GIVEN,   /* .decimal is the decimal mark */
    AMOUNT_MARK_DECIMAL, /* the last of '.' and ',' is the decimal mark (OFX, MT940) */
    AMOUNT_MARK_GROUPED, /* the same, but one lone ',' before exactly three digits groups (QIF) */
};

struct amount_style {
    enum amount_marks marks;
    char decimal;
    const char *thousands; /* NULL: blanks, apostrophes and the other mark where they group; else these and no
                              others */
    const char *strip;     /* UTF-8 characters to leave out; NULL none */
    bool minor_units;      /* a whole number of minor units */
    bool no_parentheses;   /* "(1.00)" is refused instead of being negative */
};

enum amount_mark { AMOUNT_PLAIN, AMOUNT_CREDIT, AMOUNT_DEBIT };

struct amount {
    int64_t minor;         /* sign as written; with a CR or DR mark: its magnitude */
    enum amount_mark mark; /* "CR" or "DR" behind or before it */
    bool plus;             /* a '+' was written */
    char currency[4];      /* a code or an unmistakable symbol that was written, "" when none */
};

/* exponent: of the currency, 0..4. NULL, or a static sentence that says what is wrong with the text. */
const char *amount_parse(struct str text, const struct amount_style *style, int exponent,
                         struct amount *amount) MUST_CHECK;

/* The code that a symbol or code such as "€", "zł", "eur" stands for into code; false when it is none. "$"
 * and "kr" are several currencies' and give false. */
bool amount_currency(struct str text, char code[4]);

#endif

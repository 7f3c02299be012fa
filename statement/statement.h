#ifndef STATEMENT_STATEMENT_H
#define STATEMENT_STATEMENT_H

/*
 * Bank files: bytes in, rows out. A reader is fed the file in pieces of any size and calls back for every row
 * that it understands and for every one that it does not; the pieces' sizes never change what comes out, so a
 * caller that crashed reads again from the start and skips the rows (ordinal < N) that it has kept. No I/O,
 * no clock, no globals.
 *
 * Memory is bounded by struct statement_limits whatever the file: a record past a limit is rejected and the
 * file goes on. Text that is handed out is valid UTF-8 without NUL, and is the reader's: copy what is to
 * outlive the callback.
 *
 * Formats: CSV and its cousins (RFC 4180 and what banks make of it), OFX 1.x (SGML), 2.x (XML) and QFX, QIF,
 * ISO 20022 camt.052/053/054, SWIFT MT940/942, JSON and NDJSON.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/err.h"
#include "base/str.h"
#include "finance/money.h"
#include "statement/mapping.h"

enum statement_format {
    STATEMENT_AUTO,
    STATEMENT_CSV,
    STATEMENT_OFX,
    STATEMENT_QIF,
    STATEMENT_CAMT,
    STATEMENT_MT940,
    STATEMENT_JSON,
};

/* "auto", "csv", …; static. */
const char *statement_format_name(enum statement_format format);
/* -1 when there is no such format. */
int statement_format_parse(struct str name, enum statement_format *format) MUST_CHECK;

struct statement_limits {
    size_t head_bytes;   /* what is kept to detect format and encoding and to guess the mapping */
    size_t record_bytes; /* one CSV record, line, JSON object, OFX or CAMT transaction */
    size_t field_bytes;  /* one field of it */
    size_t columns;      /* of a CSV record */
    size_t statements;   /* in one file */
};

/* The limits of base/settings.def. */
struct statement_limits statement_limits_of_settings(void);

/* One booked or pending movement. Empty texts are "", never NULL. */
struct statement_row {
    int64_t ordinal;  /* counts rows and rejects together, from 0 */
    int64_t line;     /* where it starts, from 1 */
    int64_t offset;   /* the same place in bytes of the file; in multi-byte encodings other than UTF-8 and
                         UTF-16 near it */
    size_t statement; /* index into facts.statements */
    bool has_date;    /* false only for a pending row */
    int32_t date;     /* booking date */
    bool has_value_date;
    int32_t value_date;
    int64_t amount_minor; /* negative is money out */
    const struct currency *currency;
    struct str description;  /* all the bank's words for it, on one line: what identity and search use */
    struct str payee;        /* the other party's name */
    struct str counterparty; /* the other party's account */
    struct str memo;         /* remittance text */
    struct str reference;    /* the bank's own reference or id (FITID, AcctSvcrRef, …) */
    struct str type;         /* the bank's word or code for the kind of transaction */
    struct str category;     /* as the file states it (QIF) */
    bool pending;
    bool has_balance; /* the account's balance after this row */
    int64_t balance_minor;
};

/* A row that can't be taken. The file goes on. */
struct statement_reject {
    int64_t ordinal, line, offset;
    size_t statement;
    const char *reason; /* names the field and what is wrong with it */
    struct str text;    /* the beginning of the row as read, on one line */
};

/* One statement (account and period) of the file and its balance proof. */
struct statement_part {
    char account[64]; /* IBAN or number as stated; "" when not */
    char currency[4]; /* "" when not stated */
    bool has_opening, has_closing;
    int64_t opening_minor, closing_minor; /* of `currency` */
    int64_t sum_minor;                    /* of its booked rows in `currency` */
    int64_t rows, rejected, pending;
    bool foreign; /* has a row in another currency, so that sum_minor proves nothing */
};

enum statement_proof { STATEMENT_NOT_STATED, STATEMENT_PROVED, STATEMENT_MISMATCH };

struct statement_facts {
    enum statement_format format;
    char encoding[32];
    bool encoding_assumed; /* nothing said which it is and it is not UTF-8: windows-1252 was taken */
    int64_t replaced;      /* bytes that the encoding does not have; each became U+FFFD */
    int certainty; /* percent: of the guessed part of the mapping; 100 where nothing had to be guessed */
    bool recalled; /* options.remembered, and it fits */
    const struct mapping
        *mapping; /* what CSV rows were read by; NULL for other formats and before it is known */
    struct statement_part *statements;
    size_t statement_count;
    int64_t rows, rejected, pending; /* rows counts booked ones only */
    int64_t set_aside; /* records that are no movement of money on the account: trades of securities in OFX */
};

struct statement_options {
    enum statement_format format;
    const struct mapping *mapping; /* NULL: guess all; members that are absent are guessed */
    bool remembered; /* the mapping is an earlier file's: it is dropped when it does not fit the head */
    const struct currency
        *currency; /* the account's: for rows that state none. NULL: such rows are rejected */
    struct statement_limits limits;
    void *context;
    /* A result other than 0 stops the reading: statement_feed returns it as -1 with the callback's err. */
    int (*row)(void *context, const struct statement_row *row, struct err *err);
    int (*reject)(void *context, const struct statement_reject *reject, struct err *err);
};

struct statement;

/* options are copied; the mapping must outlive the reader. Close it with statement_close. Never NULL. */
struct statement *statement_open(const struct statement_options *options);

/* Reads the next bytes. -1 with ERR_REJECT when the file as a whole can't be read (no known format, not
 * well-formed, a mapped column that is not there), or with the callback's err. After an error only
 * statement_close may follow. */
int statement_feed(struct statement *statement, const void *data, size_t size, struct err *err) MUST_CHECK;

/* Tells that the file ends here: the last rows come. Errors as of statement_feed. */
int statement_finish(struct statement *statement, struct err *err) MUST_CHECK;

/* What is known so far; complete after statement_finish. Owned by the reader. */
const struct statement_facts *statement_facts(const struct statement *statement);

/* opening + sum = closing? *difference_minor = closing - opening - sum. */
enum statement_proof statement_part_proof(const struct statement_part *part, int64_t *difference_minor);

void statement_close(struct statement *statement);

#endif

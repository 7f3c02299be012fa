#ifndef STATEMENT_MAPPING_H
#define STATEMENT_MAPPING_H

/*
 * Which column of a CSV file means what. As JSON it has the keys of the HTTP contract ("CSV mapping"); what
 * is absent is guessed from the file. Everything hangs on the arena it was read into.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/faults.h"
#include "base/str.h"

enum {
    MAPPING_COLUMNS = 8,     /* of one list of columns */
    MAPPING_VALUES = 16,     /* of one list of values */
    MAPPING_FORMATS = 8,     /* date formats */
    MAPPING_IGNORES = 16,    /* rules for rows to ignore */
    MAPPING_HEAD_MAX = 1000, /* lines to skip at the head */
    MAPPING_FOOT_MAX = 100,  /* records to skip at the foot; the reader holds as many */
};

/* By name, or by number when name is NULL. Absent: name NULL and number -1. */
struct mapping_column {
    const char *name;
    int number;
};

struct mapping_columns {
    struct mapping_column list[MAPPING_COLUMNS];
    size_t count;
};

struct mapping_values {
    const char *list[MAPPING_VALUES];
    size_t count;
};

/* -1 in an int member: absent. */
struct mapping {
    const char *encoding; /* IANA name */
    int delimiter;        /* ASCII */
    int quote;            /* ASCII; 0: none */
    int trim, header;     /* 0 or 1 */
    int skip_head;        /* physical lines */
    int skip_foot;        /* records */
    struct mapping_column date;
    const char *date_formats[MAPPING_FORMATS];
    size_t date_format_count;
    struct mapping_column value_date;
    struct mapping_columns amount; /* added up */
    struct mapping_column debit, credit;
    struct mapping_column sign;
    struct mapping_values sign_debit, sign_credit;
    int invert, absolute, parentheses_negative, minor_units;
    const char *strip;     /* characters to drop from amounts */
    int decimal;           /* '.' or ',' */
    const char *thousands; /* characters; "" is none */
    const char *currency;  /* ISO 4217 */
    struct mapping_column currency_column;
    struct mapping_column payee, counterparty, bank_reference, balance;
    struct mapping_columns memo;
    const char *pending_marker;
    struct {
        struct mapping_column column;
        struct mapping_values values;
    } ignore_rows[MAPPING_IGNORES];
    size_t ignore_count;
};

/* All absent. */
void mapping_init(struct mapping *mapping);

bool mapping_has(const struct mapping_column *column);

/* Reads the JSON object at `pointer` of a document. -1 with a fault for each member that is wrong. */
int mapping_read(struct arena *arena, json_t *value, const char *pointer, struct mapping *mapping,
                 struct faults *faults) MUST_CHECK;

/* The same as JSON, without what is absent. The arena owns the tree. */
json_t *mapping_json(struct arena *arena, const struct mapping *mapping);

#endif

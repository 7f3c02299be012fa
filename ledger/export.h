#ifndef LEDGER_EXPORT_H
#define LEDGER_EXPORT_H

/*
 * A person's books as text that other programs read: CSV (RFC 4180), JSON, an hledger journal
 * (hledger.org/hledger.html). Pure: rows in, text out, whatever their number; it holds the names of accounts
 * and categories and nothing else. export_names_* first, then export_begin, export_row for each row by date,
 * and export_end; each appends to a buffer that the caller sends and empties.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"

enum export_format { EXPORT_CSV, EXPORT_JSON, EXPORT_HLEDGER };

extern const char *const export_format_names[]; /* "csv", "json", "hledger", NULL */
const char *export_content_type(enum export_format format);

struct export_account {
    struct id id;
    const char *name, *type, *currency;
    int exponent;
    bool is_exported;      /* its opening balance belongs into this export */
    int64_t opening_minor; /* what it held on the evening before `opened` */
    int32_t opened;        /* a day not after its first row */
    const char *json;      /* as the API shows it */
    const char *path;      /* made here: its name in the journal */
};

struct export_category {
    struct id id;
    const char *name; /* from the root down, joined by U+001F */
    const char *kind, *json;
    const char *path; /* made here */
};

/* Texts may be NULL where the API allows null. */
struct export_row {
    struct id id, account_id;
    const struct id *category_id, *transfer_id;
    int32_t date;
    const int32_t *value_date;
    int64_t amount_minor;
    const char *description, *payee, *memo, *status, *origin, *external_id;
    const char *tags;                             /* joined by U+001F */
    const char *split_amounts, *split_categories; /* minor units and ids ("-": none), joined by commas */
    const struct id *other_account_id;            /* of a transfer: the other half … */
    int64_t other_minor;
    int32_t other_date;
    bool other_is_in; /* … and whether it is exported as well */
    const char *json; /* as the API shows it; needed by JSON only */
};

struct export
{
    enum export_format format;
    struct arena *arena;
    struct export_account *accounts; /* by id */
    struct export_category *categories;
    size_t account_count, category_count;
    bool has_rows;
};

/* The lists are sorted, kept and given their paths. The arena is the export's. */
void export_init(struct export *export, enum export_format format, struct arena *arena,
                 struct export_account *accounts, size_t account_count, struct export_category *categories,
                 size_t category_count);
void export_begin(struct export *export, struct buf *out);
void export_row(struct export *export, const struct export_row *row, struct buf *out);
void export_end(struct export *export, struct buf *out);

/* NULL: none. Shared by the formats. */
const struct export_account *export_account(const struct export *export, const struct id *id);
const struct export_category *export_category(const struct export *export, const struct id *id);

/* Takes the next part off a row's splits. False behind the last. */
struct export_split {
    int64_t minor;
    const struct export_category *category; /* NULL: none */
};
bool export_next_split(const struct export *export, const char **amounts, const char **categories,
                       struct export_split *split);

/* ledger/export_csv.c */
void export_csv_begin(struct buf *out);
void export_csv_row(const struct export *export, const struct export_row *row, struct buf *out);

/* ledger/export_hledger.c */
void export_hledger_name(struct export *export);
void export_hledger_begin(const struct export *export, struct buf *out);
void export_hledger_row(const struct export *export, const struct export_row *row, struct buf *out);

#endif

#ifndef STATEMENT_CAMT_H
#define STATEMENT_CAMT_H

/* One entry of a camt message and its transactions: what camt.c collects and camt_entry.c turns into rows.
 * Nobody outside statement/ includes it. */

#include "statement/reader.h"

enum camt_text {
    CAMT_AMOUNT,
    CAMT_CURRENCY,
    CAMT_SIDE, /* CRDT or DBIT */
    CAMT_STATUS,
    CAMT_BOOKED,
    CAMT_VALUE,
    CAMT_BANK_REFERENCE,
    CAMT_ENTRY_REFERENCE,
    CAMT_TRANSACTION_ID,
    CAMT_END_TO_END_ID,
    CAMT_DEBTOR,
    CAMT_DEBTOR_ACCOUNT,
    CAMT_CREDITOR,
    CAMT_CREDITOR_ACCOUNT,
    CAMT_REMITTANCE,
    CAMT_ADDITIONAL,
    CAMT_CODE,
    CAMT_TEXTS
};

/* Of an entry (Ntry) or one of its transactions (TxDtls); in the entry's arena, size 0 when not stated. */
struct camt_part {
    struct str texts[CAMT_TEXTS];
    struct camt_part *next;
};

struct camt_entry {
    struct camt_part own;
    struct camt_part *first, *last;
    size_t count;
    bool cut; /* more transactions than are kept: they are not exploded */
    int64_t line, offset;
};

/* Hands on the rows of an entry: its transactions when there are several and they sum to it, else the entry.
 * RvslInd says why a movement is there, not which way it goes: CdtDbtInd alone gives the sign, as balances
 * prove. */
int camt_entry_finish(struct statement *statement, struct arena *arena, const struct camt_entry *entry,
                      struct err *err) MUST_CHECK;

/* Amt with its Ccy and CdtDbtInd as minor units; NULL or what is wrong. */
const char *camt_amount(struct str amount, struct str side, const struct currency *currency,
                        int64_t *minor) MUST_CHECK;

#endif

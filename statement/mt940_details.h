#ifndef STATEMENT_MT940_DETAILS_H
#define STATEMENT_MT940_DETAILS_H

/* What banks put behind the amount of a :61: field and into :86:. Structures known: DFÜ ("?20…?32…", any
 * separator), SEPA words ("EREF+", "SVWZ+"), slashed words ("/NAME/…/REMI/…"), and free text. Part of
 * mt940.c. */

#include "base/buf.h"
#include "base/str.h"

enum mt940_text {
    MT940_DESCRIPTION,
    MT940_PAYEE,
    MT940_COUNTERPARTY,
    MT940_MEMO,
    MT940_REFERENCE,
    MT940_TYPE,
    MT940_TEXTS
};

/* The rest of :61: behind its amount: type, customer's and bank's reference, supplementary details. */
void mt940_details_entry(struct str rest, struct buf texts[MT940_TEXTS]);

/* The :86: fields of an entry, lines joined by '\n'; sets payee, counterparty, memo and description. */
void mt940_details_read(struct str raw, struct buf texts[MT940_TEXTS]);

#endif

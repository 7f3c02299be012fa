#ifndef STATEMENT_JSON_OBJECT_H
#define STATEMENT_JSON_OBJECT_H

/* One JSON object as a bank row: the names that programs and open-banking interfaces (Berlin Group, Plaid,
 * GoCardless) give their members, or those that the mapping gives. Part of json_rows.c. */

#include "statement/reader.h"

/* text: the object; pending: it stands in a list named so. Hands on a row or a reject. */
int json_object_read(struct statement *statement, struct str text, bool pending, int64_t line, int64_t offset,
                     struct err *err) MUST_CHECK;

#endif

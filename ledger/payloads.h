#ifndef LEDGER_PAYLOADS_H
#define LEDGER_PAYLOADS_H

/* Args too large for an envelope: they stand in job_payload, written with the job's row, and the job's args
 * are PAYLOAD_APART. */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

#define PAYLOAD_APART "{\"payload\":true}"

/* Whether a job's args say that they stand there. */
bool payload_is_apart(const json_t *args);

/* The body of a job, out of the arena; dropped with the current transaction's commit. ERR_REJECT when there
 * is none. */
int payload_take(struct db *db, struct arena *arena, const struct id *job, struct str *body,
                 struct err *err) MUST_CHECK;

#endif

#ifndef API_CLASSIFY_H
#define API_CLASSIFY_H

/*
 * A person's classifier for requests: what it is made of is read through the pool, the model is built and
 * asked on another thread, since both are work for the CPU (up to 150 ms for a long log, microseconds for a
 * model that is kept).
 */

#include "api/request.h"
#include "ledger/sorting.h"

struct classify;

struct classify *classify_new(void);
void classify_free(struct classify *classify);

/* Makes the user's classifier ready and runs work(request, sorter) on another thread, then done(request) on
 * the loop. Answers itself when that fails or too many wait (PURSER_CLASSIFY_WAITING_MAX): then neither is
 * called. The work may add faults and set request->state. */
void classify_run(struct request *request, void (*work)(struct request *request, const struct sorter *sorter),
                  void (*done)(struct request *request));

/* Runs a statement after which the user's rows want sorting, with four more parameters (job, task, queue,
 * envelope of a job for that), puts the job when the statement's column `accepted` says that it was accepted,
 * and answers as request_answer does. */
void classify_teach(struct request *request, const struct sql *sql, struct db_params *params);

#endif

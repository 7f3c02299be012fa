#ifndef CLI_SIM_H
#define CLI_SIM_H

/*
 * The simulation's users. Each registers by a code from the mail drop, logs in, posts its transactions one by
 * one under Idempotency-Keys, so that a connection that breaks may be repeated, and keeps what it claims:
 * every transaction that got a 202. Afterwards it reads everything back and compares.
 */

#include <stdatomic.h>

#include "cli/measure.h"
#include "cli/person.h"

struct sim {
    int64_t users, threads, per_user; /* per_user: transactions */
    int64_t seed;                     /* of this run: names and amounts come from it */
    int64_t follow_every;             /* every n-th transaction is followed until it is stored */
    struct maildrop *drop;
    struct sim_user *list;        /* users of them */
    atomic_long accepted, stored; /* for the progress bar */
};

struct sim_user {
    struct person person;
    int64_t number;
    int64_t claimed, claimed_minor; /* accepted with a 202 */
    int64_t found, found_minor;     /* read back */
    int64_t doubled, missing;       /* of the claimed ones */
    int64_t registered_us;          /* how long it took until the session was open */
    char *accepted;                 /* per transaction: 1 when it got a 202 */
};

struct sim_times {
    struct measure accept, stored; /* POST to 202; 202 to GET /v1/jobs/ID saying done */
    int64_t repeats;               /* requests that were sent again */
};

/* Registers and logs in. */
int sim_user_open(struct sim *sim, struct sim_user *user, struct http *http, struct err *err) MUST_CHECK;

/* Posts all of the user's transactions. -1 at the first that is refused. */
int sim_user_post(struct sim *sim, struct sim_user *user, struct http *http, struct sim_times *times,
                  struct err *err) MUST_CHECK;

/* Reads back until all that was claimed is there, at most until end_ms (mono clock); fills in what was found.
 */
int sim_user_check(struct sim *sim, struct sim_user *user, struct http *http, int64_t end_ms,
                   struct err *err) MUST_CHECK;

#endif

#ifndef API_INTAKE_H
#define API_INTAKE_H

/* Jobs of posted transactions, accepted together: what comes in one turn of the loop, or while PostgreSQL is
 * busy with the last lot, is one statement and one commit, then one put. */

#include "api/request.h"
#include "queue/job.h"

struct intake;

struct intake *intake_new(struct api *api);
void intake_close(struct intake *intake);

/* One request's job. Lives in its arena. */
struct intake_job {
    struct request *request;
    struct job job;
    struct str envelope;
    const char *payload;       /* NULL: the args are in the envelope */
    const struct id *accounts; /* that must exist */
    size_t account_count;
    void (*done)(struct request *request, struct intake_job *accepted); /* its job is committed */
    void (*gone)(struct request *request,
                 struct intake_job *refused); /* an account is gone: nothing happened */
    struct intake_job *next;
};

/* done, gone, or an answer of 503 or 500. */
void intake_add(struct intake *intake, struct intake_job *job);

#endif

#ifndef API_JOB_VIEW_H
#define API_JOB_VIEW_H

/* A job as its owner sees it, true at every moment: its row says whether it has ended and how; while it has
 * not, Redis says whether it waits, runs or is to run again. */

#include "api/request.h"
#include "queue/job.h"

struct job_view {
    const struct err *err; /* not NULL: it could not be looked at */
    const char *json;      /* NULL: there is no such job of this user's */
    bool is_final;
};

/* Looks at one job; done is called once, and what the view points to is gone when it returns. */
void job_view(struct request *request, const struct id *job,
              void (*done)(struct request *request, struct job_view view));

/* Answers a request whose job was accepted this moment: 202 {"job": …, extra}; under `Prefer: wait=N` waits
 * for the job's end up to N seconds and answers 200 with the finished job. extra: further members, NULL for
 * none. */
void reply_job(struct request *request, const struct job *job, const char *extra);

/* The same; when the wait sees the job's end, ended answers, with the job's JSON and what it has changed. */
void reply_job_ended(struct request *request, const struct job *job, const char *extra,
                     void (*ended)(struct request *request, const char *job));

/* The JSON of one row of job_get or job_list; live: what Redis says of an unfinished one, NULL when it was
 * not asked. */
struct live_state;
const char *job_row_json(struct arena *arena, const struct db_rows *rows, int row,
                         const struct live_state *live);

#endif

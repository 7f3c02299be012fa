#ifndef QUEUE_JOB_H
#define QUEUE_JOB_H

/*
 * A job as every program sees it: its states, its envelope (the bytes that Redis holds, format in
 * docs/queue.md) and how it ended. Pure: no I/O.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

enum job_state {
    JOB_SCHEDULED, /* waits for its time */
    JOB_QUEUED,
    JOB_RUNNING,
    JOB_RETRYING, /* failed, waits for its next attempt */
    JOB_DONE,
    JOB_DEAD, /* attempts used up, refused for good, or crashed three times: kept with its reason */
    JOB_CANCELLED,
    JOB_EXPIRED, /* its deadline passed before it ran */
};

/* "scheduled", "queued", …; static. */
const char *job_state_name(enum job_state state);
/* -1 when no state has that name. */
int job_state_find(struct str name, enum job_state *state) MUST_CHECK;
bool job_state_is_final(enum job_state state);

enum job_flag {
    JOB_ALONE = 1,              /* was in flight when a child died: runs in a batch of one */
    JOB_CANCELLED_BY_OWNER = 2, /* cancelled while queued: whoever claims it ends it without running it */
    JOB_MEMBER = 8, /* one of a batch of jobs whose end a follow-up job waits for (ledger/batches.h) */
    JOB_HOLDS = 4,  /* counts against a concurrency limit until it is acknowledged */
};

enum outcome_kind {
    OUTCOME_DONE,
    OUTCOME_RETRY,  /* try again by the task's policy, or at until_ms when that is set; uses up an attempt */
    OUTCOME_DEAD,   /* never again; reason says why */
    OUTCOME_SNOOZE, /* not now: again at until_ms, without using up an attempt */
};

struct outcome {
    enum outcome_kind kind;
    const char *reason; /* for retry and dead: one sentence, shown to the owner; no secrets */
    const char *result; /* for done: JSON text or NULL, what GET /v1/jobs/ID shows as result */
    int64_t until_ms;   /* wall clock */
};

enum { JOB_ENVELOPE_MAX = 64 * 1024, JOB_NAME_MAX = 64, JOB_UNIQUE_MAX = 128, JOB_HEADER_SIZE = 100 };

struct job {
    struct id id;
    const char *task, *queue; /* [a-z0-9_]+, at most JOB_NAME_MAX bytes */
    const char *lane;         /* "" in a plain queue; a user's id in a fair one */
    const char *unique;       /* "" or the key of which only one job may be unfinished */
    const char *limit;        /* "" or RULE or RULE/KEY: the limit it counts against, see docs/queue.md */
    const char *traceparent;  /* "" or W3C Trace Context */
    int attempt;              /* 0 before the first run; counts runs that ended in retry */
    int crashes;              /* children that died under it; never counts as an attempt */
    unsigned flags;           /* enum job_flag */
    int64_t enqueued_at_ms, run_at_ms, deadline_ms; /* run_at 0: at once; deadline 0: none */
    struct str args;                                /* JSON text */
    struct outcome outcome;                         /* set by the task's run */
    bool skip; /* its effects were committed before: the child acks it and does not run it */
};

/* Appends the envelope. A name, key or size out of its limits: ERR_REJECT, naming it. A text that is NULL
 * counts as "". */
int job_encode(const struct job *job, struct buf *envelope, struct err *err) MUST_CHECK;

/* The same, as bytes of the arena. */
int job_encode_in(struct arena *arena, const struct job *job, struct str *envelope,
                  struct err *err) MUST_CHECK;

/* Reads an envelope; texts are copied into the arena. ERR_REJECT says what is wrong with it. Total: any bytes
 * are safe. */
int job_decode(struct str envelope, struct arena *arena, struct job *job, struct err *err) MUST_CHECK;

#endif

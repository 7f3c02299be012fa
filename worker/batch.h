#ifndef WORKER_BATCH_H
#define WORKER_BATCH_H

/* Jobs that were claimed together and run together: all of one task, or one that must run alone. */

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "queue/job.h"
#include "tasks/task.h"

struct flight {
    char id[ID_TEXT_SIZE];
    struct str envelope; /* the batch's arena owns it */
    bool full;           /* its acknowledgement must free a unique key, a limit or a reason */
    bool cancelled;      /* its owner cancelled it while it was here */
    int attempt;
    int64_t due_at_ms;   /* when it could have started: enqueued, or its run_at */
    int64_t deadline_ms; /* not to be begun later; 0: none */
};

struct batch {
    struct batch *next;
    struct arena arena;
    const struct task *task;
    struct flight *flights;
    size_t count, capacity;
    bool alone;
    int64_t claimed_ms; /* clock_mono_ms */
};

/* A list in the order of claiming. */
struct batches {
    struct batch *first, *last;
    int count;
};

void batches_push(struct batches *list, struct batch *batch);
struct batch *batches_pop(struct batches *list); /* NULL when empty */
void batch_free(struct batch *batch);

/* Adds a job to the last batch of `list` that can take it, or to a new one. `job` is its decoded envelope. */
void batches_add(struct batches *list, const struct task *task, const struct job *job, struct str envelope,
                 int64_t now_ms);

bool batches_hold(const struct batches *list, struct str id);
bool batch_holds(const struct batch *batch, struct str id);

/* The frame that makes a child run it. */
void batch_write(const struct batch *batch, struct buf *frame);

#endif

#ifndef WORKER_PLAN_H
#define WORKER_PLAN_H

/*
 * From which queue the next batch is to come: PURSER_QUEUES as levels of priority, within a level by weight
 * (stride scheduling, Waldspurger and Weihl 1995: each queue has a pass that grows by what it gave over its
 * weight; the lowest pass is next).
 */

#include "base/arena.h"
#include "base/err.h"
#include "queue/job.h"

enum {
    PLAN_QUEUES_MAX = 35,
    PLAN_ORDER_SIZE = PLAN_QUEUES_MAX + 1
}; /* one base-36 digit each in a swap's orders */

struct plan_queue {
    char name[JOB_NAME_MAX + 1];
    int level, weight, batch;
    double pass;
};

struct plan {
    struct plan_queue queues[PLAN_QUEUES_MAX];
    int count;
};

/* text: as PURSER_QUEUES. Queues that no task uses are refused. "": every queue of the tasks, weight 1. */
int plan_parse(struct plan *plan, const char *text, struct err *err) MUST_CHECK;

/* For `slots` batches an order each: base-36 digits, counted from 1, in the sequence in which the queues are
 * tried. */
void plan_orders(struct plan *plan, int slots, char (*orders)[PLAN_ORDER_SIZE]);

/* A slot with this order got `jobs` from `queue`; those tried before it were empty. */
void plan_took(struct plan *plan, const char *order, struct str queue, int64_t jobs);

#endif

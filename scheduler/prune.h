#ifndef SCHEDULER_PRUNE_H
#define SCHEDULER_PRUNE_H

#include "scheduler/periodic.h"

/* A periodic run: deletes what has outlived its use, by the table in prune.c. */
int prune_leftovers(struct periodic_context *context, int64_t slot_ms, struct err *err) MUST_CHECK;

#endif

#ifndef SCHEDULER_SCHEDULER_H
#define SCHEDULER_SCHEDULER_H

/*
 * The process that looks after what nobody else does: jobs whose put was lost, dispatchers that died, ends
 * that PostgreSQL does not know of, work that comes with time. Several may run; one leads, by an advisory
 * lock of its one connection to PostgreSQL, over which it does all its work: who lost the connection lost the
 * lead and can do no harm.
 */

#include <stdbool.h>
#include <uv.h>

#include "base/metrics.h"
#include "base/metrics_http.h"
#include "db/db.h"
#include "queue/queue.h"

enum scheduler_figure {
    SCHEDULER_LEADER,
    SCHEDULER_RELAYED,
    SCHEDULER_REAPED,
    SCHEDULER_RECORDED,
    SCHEDULER_PERIODIC,
    SCHEDULER_ERRORS,
    SCHEDULER_OUTBOX_JOBS,
    SCHEDULER_OUTBOX_AGE,
    SCHEDULER_DEPTH,
    SCHEDULER_OLDEST,
    SCHEDULER_LANES,
    SCHEDULER_PAUSED,
    SCHEDULER_SCHEDULED,
    SCHEDULER_DEAD,
    SCHEDULER_HELD,
    SCHEDULER_RUNNING,
    SCHEDULER_FIGURES,
};

extern const struct metric_def scheduler_figures[SCHEDULER_FIGURES];

struct relay {
    struct id recent, slow; /* how far each walk has come */
    int generation;         /* of the connection to Redis that is known to be whole */
    bool full;              /* Redis forgot something: every row is looked at as fast as it goes */
    bool idle;              /* the last look found no unfinished row at all */
    struct id full_at;
};

struct scheduler {
    uv_loop_t *loop;
    uv_timer_t timer;
    uv_signal_t signals[2];
    struct db *db;
    struct queue *queue;
    struct arena arena; /* of one tick */
    bool leads, said_ready, said_trouble;
    int64_t lead_at_ms, reap_at_ms, relay_at_ms, periodic_at_ms; /* clock_mono_ms of the next time */
    bool has_marker;       /* what the last reap saw: whether Redis still is the one that was filled */
    int64_t unrecorded;    /* ends that PostgreSQL does not know of */
    int64_t lease_left_ms; /* until the first dispatcher's lease can end; -1: there is none */
    struct relay relay;
    struct metrics metrics;
    struct metrics_http *metrics_http;
};

/* leader.c: takes or keeps the lead; *leads says which. -1 when the database is away: then it is lost. */
int leader_keep(struct scheduler *scheduler, bool *leads, struct err *err) MUST_CHECK;

/* relay.c: puts rows that Redis lacks. */
int relay_tick(struct scheduler *scheduler, struct err *err) MUST_CHECK;

/* reap.c: gives up dead dispatchers; writes to PostgreSQL what ended in Redis alone. */
int reap_tick(struct scheduler *scheduler, struct err *err) MUST_CHECK;
int reap_record(struct scheduler *scheduler, struct err *err) MUST_CHECK;

/* figures.c: what /metrics shows of queues and outbox. */
void figures_write(void *scheduler, struct buf *out);

#endif

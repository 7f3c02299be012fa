#ifndef WORKER_DISPATCHER_H
#define WORKER_DISPATCHER_H

/*
 * The dispatcher: the one process of a worker that talks to the queue. It claims batches, hands them to its
 * children, and acknowledges what became of them together with the next claim. docs/queue.md has the protocol
 * and its guarantees.
 */

#include <uv.h>

#include "base/err.h"
#include "base/metrics.h"
#include "base/metrics_http.h"
#include "queue/queue.h"
#include "queue/redis_uv.h"
#include "worker/acks.h"
#include "worker/batch.h"
#include "worker/children.h"
#include "worker/figures.h"
#include "worker/plan.h"

/* Jobs that went back to the queue outside of a swap; kept until Redis has confirmed it. */
struct giveback {
    struct giveback *next;
    struct dispatcher *dispatcher;
    struct arena arena;
    const char *how, *reason;
    struct redis_args ids;
    int64_t seq; /* of the last swap that was sent before */
    bool sent;
};

struct dispatcher {
    uv_loop_t *loop;
    char node[128]; /* host:pid:random: one incarnation, never used again */
    struct queue_uv *queue;
    struct redis_uv *bell;
    struct plan plan;
    struct children children;
    struct batches ready; /* claimed, not yet with a child */
    struct acks pending, sent;
    struct giveback *givebacks;
    uv_timer_t beat_timer, due_timer, stop_timer;
    uv_signal_t signals[6];
    char (*orders)[PLAN_ORDER_SIZE];
    int slots_sent, slots_max;
    int64_t seq, applied_seq, due_at_ms;
    bool connected; /* and reconciled: swaps may be sent */
    bool swapping, listening;
    bool hungry; /* there may be jobs that could be claimed */
    bool woken;  /* learned so after the last swap was sent */
    bool quiet, stopping, leaving, finished, said_ready, said_lost;
    int64_t beat_at_ms, thorough_at_ms; /* clock_mono_ms of the last beat, and of the next thorough one */
    char info[128];                     /* what the last beat said of us */
    struct metrics metrics;
    struct metrics_http *metrics_http;
    double batch_ms; /* moving average of how long batches take */
};

/* Runs until told to stop. Returns the exit status. */
int dispatcher_run(struct dispatcher *dispatcher, uv_loop_t *loop, struct err *err);

/* What the files of the dispatcher share. */

/* Looks what there is to do: swap, listen to the bell, leave. Call it after every change. */
void dispatcher_think(struct dispatcher *dispatcher);
/* There may be jobs to claim. */
void dispatcher_wake(struct dispatcher *dispatcher);

void dispatcher_on_idle(void *dispatcher); /* a child came free */
void dispatcher_set_due(struct dispatcher *dispatcher,
                        int64_t due_at_ms); /* when the next scheduled job is due; 0: none */

/* reconcile.c: after each connect, what Redis says that we hold against what we know. */
void reconcile_on_ready(void *dispatcher);
void reconcile_on_lost(void *dispatcher, const struct err *why);

/* lease.c: the beat, cancels that come with it, and claims ahead that nobody had time for. */
void lease_on_time(uv_timer_t *timer);
void lease_return_stale(struct dispatcher *dispatcher);

/* settle.c: what became of batches. */
/* To be called when a batch goes to a child: Redis must know which job runs alone (purser_begin). */
void settle_begin(struct dispatcher *dispatcher, const struct batch *batch);
void settle_progress(void *dispatcher, struct worker_child *child);
int settle_outcomes(void *dispatcher, struct worker_child *child, struct str body);
void settle_death(void *dispatcher, struct worker_child *child, int status, const struct rusage *usage);
/* A job that was just claimed: into a batch, or ended at once (expired, cancelled, malformed, of an unknown
 * task). */
void settle_claimed(struct dispatcher *dispatcher, struct str id, struct str envelope);
/* Whether a job is not to be begun, because its owner cancelled it or its deadline (0: none) has passed; then
 * it is ended. */
bool settle_ended(struct dispatcher *dispatcher, const struct task *task, struct str id, bool cancelled,
                  int64_t deadline_ms);
/* Back to the queue. how and reason as purser_requeue; static or of the batch. Frees the batch. */
void settle_give_back(struct dispatcher *dispatcher, struct batch *batch, const char *how,
                      const char *reason);
void settle_send_givebacks(struct dispatcher *dispatcher);
bool settle_gives_back(const struct dispatcher *dispatcher, struct str id);

#endif

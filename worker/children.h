#ifndef WORKER_CHILDREN_H
#define WORKER_CHILDREN_H

/*
 * The dispatcher's child processes: started from the program's own file (so that a new binary comes into use
 * with the next child), talked to over a socketpair, watched by SIGCHLD, ended when their time is over. Knows
 * nothing of queues.
 */

#include <stdbool.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum child_state { CHILD_STARTING, CHILD_IDLE, CHILD_BUSY, CHILD_GONE };

enum kill_reason { KILL_NONE, KILL_TIMEOUT, KILL_CANCEL, KILL_STOP };

struct children;

struct worker_child {
    struct worker_child *next;
    struct children *owner;
    pid_t pid;
    int fd, generation, open_handles;
    enum child_state state;
    enum kill_reason kill_reason;
    bool retired; /* ends after its batch */
    uv_poll_t poll;
    uv_timer_t timer; /* time limit, then SIGKILL */
    struct buf in, out;
    int64_t busy_since_ms;
    void *work; /* the caller's: the batch it runs */
};

struct children_events {
    void (*on_idle)(void *data);                                 /* a child is free */
    void (*on_progress)(void *data, struct worker_child *child); /* its batch got on */
    int (*on_outcomes)(void *data, struct worker_child *child,
                       struct str body); /* -1: malformed, it is killed */
    void (*on_death)(void *data, struct worker_child *child, int status,
                     const struct rusage *usage); /* work still set */
    void *data;
};

struct children {
    uv_loop_t *loop;
    struct children_events events;
    struct worker_child *list;
    uv_signal_t sigchld;
    uv_timer_t respawn;
    char program[4096];
    int wanted, spare, generation, failures;
    bool stopping;
};

/* Starts `wanted` children, of which all may be busy, and `spare` more that take the place of one that dies:
 * starting one takes longer than most jobs run. */
int children_start(struct children *children, uv_loop_t *loop, int wanted, int spare,
                   const struct children_events *events, struct err *err) MUST_CHECK;

/* A child that may be given a batch, or NULL; and how many batches could be given out now. */
struct worker_child *children_idle(struct children *children);
int children_free(const struct children *children);
int children_count(const struct children *children, enum child_state state);

/* Sends a frame (made with wire.h) to an idle child; it is busy from now on and is killed after timeout_ms.
 */
void children_run(struct worker_child *child, struct buf *frame, void *work, int64_t timeout_ms);

/* SIGTERM now, SIGKILL later. */
void children_kill(struct worker_child *child, enum kill_reason reason);

/* New children come first, old ones end as soon as one is ready and they are idle: no batch is lost or waits.
 */
void children_replace(struct children *children);

/* No new ones; idle ones end, busy ones after their batch. */
void children_stop(struct children *children);

#endif

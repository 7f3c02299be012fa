#ifndef API_TURN_H
#define API_TURN_H

/* Calls a function once at the end of each turn of the loop in which something was marked: work that came in
 * the same turn is done together, and nothing waits for more to come. */

#include <stdbool.h>
#include <uv.h>

struct turn {
    uv_check_t check;     /* behind I/O */
    uv_prepare_t prepare; /* behind timers, before the loop may sleep */
    void (*flush)(void *arg);
    void *arg;
    bool is_marked;
};

/* Does not keep the loop alive. */
void turn_init(struct turn *turn, uv_loop_t *loop, void (*flush)(void *arg), void *arg);
void turn_mark(struct turn *turn);

#endif

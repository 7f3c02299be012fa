#ifndef WORKER_ACKS_H
#define WORKER_ACKS_H

/* What the next swap tells Redis of jobs that ended here. Kept until Redis has confirmed it. */

#include <stdbool.h>

#include "queue/redis.h"

struct acks {
    struct arena arena;
    struct redis_args done; /* ids */
    struct redis_args full; /* kind, id, a, b: four each */
};

void acks_init(struct acks *acks);
void acks_reset(struct acks *acks);
bool acks_are_empty(const struct acks *acks);

void acks_add_done(struct acks *acks, struct str id);
/* kind: D done, R retry (a: run at, b: reason), S snooze (a: run at), X dead (a: "record" when PostgreSQL
 * does not know yet, b: reason), C cancelled, E expired (b: reason). Texts are copied. */
void acks_add(struct acks *acks, char kind, struct str id, const char *a, struct str b);

bool acks_hold(const struct acks *acks, struct str id);

/* Moves all of `from` behind `to`. */
void acks_move(struct acks *to, struct acks *from);

/* Adds them to the arguments of a swap. */
void acks_write(const struct acks *acks, struct redis_args *args);

#endif

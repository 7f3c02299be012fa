#ifndef QUEUE_RETRY_H
#define QUEUE_RETRY_H

#include <stdint.h>

/* How long to wait after `attempt` runs have failed (1: the first): base_ms * 2^(attempt-1), at most max_ms,
 * of that the upper half by chance (`random`: any 32 bits), so that jobs that failed together do not come
 * back together. */
int64_t retry_wait_ms(int64_t base_ms, int64_t max_ms, int attempt, uint32_t random);

#endif

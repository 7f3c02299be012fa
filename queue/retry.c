#include "queue/retry.h"

int64_t retry_wait_ms(int64_t base_ms, int64_t max_ms, int attempt, uint32_t random)
{
    int64_t wait_ms = base_ms < 1 ? 1 : base_ms;
    for (int i = 1; i < attempt && wait_ms < max_ms; i++)
        wait_ms *= 2;
    if (wait_ms > max_ms)
        wait_ms = max_ms;
    int64_t half_ms = wait_ms / 2;
    return wait_ms - half_ms + (int64_t)((uint64_t)random * (uint64_t)half_ms >> 32);
}

#include "cli/measure.h"

#include <math.h>
#include <stdlib.h>

void measure_add(struct measure *measure, int64_t time_us)
{
    if (measure->count == measure->capacity) {
        measure->capacity = measure->capacity == 0 ? 256 : measure->capacity * 2;
        measure->times_us = reallocarray(measure->times_us, measure->capacity, sizeof *measure->times_us);
        if (measure->times_us == NULL)
            abort();
    }
    measure->times_us[measure->count++] = time_us;
}

void measure_join(struct measure *measure, const struct measure *other)
{
    for (size_t i = 0; i < other->count; i++)
        measure_add(measure, other->times_us[i]);
}

void measure_free(struct measure *measure)
{
    free(measure->times_us);
    *measure = (struct measure){0};
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

double measure_quantile_ms(struct measure *measure, double share)
{
    if (measure->count == 0)
        return 0;
    qsort(measure->times_us, measure->count, sizeof *measure->times_us, by_time);
    size_t rank = (size_t)ceil(share * (double)measure->count);
    return (double)measure->times_us[rank == 0 ? 0 : rank - 1] / 1000;
}

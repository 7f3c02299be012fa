#ifndef CLI_MEASURE_H
#define CLI_MEASURE_H

/* Times of one kind of thing, for tables: quantiles and a rate. One thread at a time. */

#include <stddef.h>
#include <stdint.h>

struct measure {
    int64_t *times_us;
    size_t count, capacity;
};

void measure_add(struct measure *measure, int64_t time_us);
void measure_join(struct measure *measure, const struct measure *other); /* adds all of the other's */
void measure_free(struct measure *measure);

/* The time in ms that `share` (0.5, 0.99) of all did not pass (nearest rank); 0 when there is none. */
double measure_quantile_ms(struct measure *measure, double share);

#endif

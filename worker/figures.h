#ifndef WORKER_FIGURES_H
#define WORKER_FIGURES_H

/* What a worker counts. The order is that of figures_defs. */

#include "base/metrics.h"

enum figure {
    FIGURE_LATENCY,
    FIGURE_RUN,
    FIGURE_OUTCOMES,
    FIGURE_RETRIES,
    FIGURE_DEATHS,
    FIGURE_CRASHES,
    FIGURE_RECOVERIES,
    FIGURE_CLAIMED,
    FIGURE_SWAPS,
    FIGURE_RECONNECTS,
    FIGURE_IN_FLIGHT,
    FIGURE_CHILDREN,
    FIGURE_COUNT,
};

extern const struct metric_def figures_defs[FIGURE_COUNT];

#endif

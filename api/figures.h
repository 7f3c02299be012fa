#ifndef API_FIGURES_H
#define API_FIGURES_H

/* What the API counts, for GET /metrics. */

#include "base/metrics.h"

enum figure {
    FIGURE_REQUESTS,
    FIGURE_SECONDS,
    FIGURE_PUTS,
    FIGURE_CONNECTIONS,
    FIGURE_OPEN_REQUESTS,
    FIGURE_BODY_BYTES,
    FIGURE_DB_CONNECTED,
    FIGURE_DB_RUNNING,
    FIGURE_DB_WAITING,
    FIGURE_PASSWORDS_WAITING,
    FIGURES,
};

struct request;

void figures_init(struct metrics *metrics);

/* A request was answered. Routes are ours and few: no stranger chooses a label. */
void figures_count(const struct request *request, int status);

#endif

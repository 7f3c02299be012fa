#ifndef BASE_METRICS_H
#define BASE_METRICS_H

/*
 * What a program counts, in the text format of Prometheus (exposition format 0.0.4). A program has one table
 * of definitions and one struct metrics; series are made when they are first counted. Not for several
 * threads.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric_def {
    const char *name, *help; /* units last in the name: purser_run_seconds */
    enum metric_kind kind;
    const double *buckets; /* of a histogram: upper bounds, ends with 0; NULL: seconds, 1 ms to 60 s */
};

struct metrics {
    const struct metric_def *defs;
    size_t def_count;
    struct metric_series *series; /* sorted into one list a definition by metrics_write */
    size_t series_count;
};

/* More series than this are dropped: labels must not come from strangers. */
enum { METRICS_SERIES_MAX = 2000 };

/* defs must outlive it. */
void metrics_init(struct metrics *metrics, const struct metric_def *defs, size_t count);
void metrics_free(struct metrics *metrics);

/* labels: as they are to stand between the braces, `task="noop",outcome="done"`, or "". */
void metrics_add(struct metrics *metrics, size_t def, const char *labels, double value);
void metrics_set(struct metrics *metrics, size_t def, const char *labels, double value);
void metrics_observe(struct metrics *metrics, size_t def, const char *labels, double value);

/* Forgets all series of a gauge, before it is set anew from what there is now. */
void metrics_clear(struct metrics *metrics, size_t def);

void metrics_write(const struct metrics *metrics, struct buf *out);

#endif

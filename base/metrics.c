#include "base/metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const double seconds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                 0.5,   1,      2.5,   5,    10,    30,   60,  0};

enum { BUCKETS_MAX = 24 };

struct metric_series {
    struct metric_series *next;
    size_t def;
    char *labels;
    double value; /* of a histogram: the sum */
    uint64_t counts[BUCKETS_MAX + 1];
};

void metrics_init(struct metrics *metrics, const struct metric_def *defs, size_t count)
{
    *metrics = (struct metrics){.defs = defs, .def_count = count};
}

static void free_series(struct metric_series *series)
{
    free(series->labels);
    free(series);
}

void metrics_free(struct metrics *metrics)
{
    while (metrics->series != NULL) {
        struct metric_series *series = metrics->series;
        metrics->series = series->next;
        free_series(series);
    }
    metrics->series_count = 0;
}

void metrics_clear(struct metrics *metrics, size_t def)
{
    struct metric_series **at = &metrics->series;
    while (*at != NULL) {
        struct metric_series *series = *at;
        if (series->def != def) {
            at = &series->next;
            continue;
        }
        *at = series->next;
        free_series(series);
        metrics->series_count--;
    }
}

/* The series that was used last moves to the front: a program counts few of them often. */
static struct metric_series *find(struct metrics *metrics, size_t def, const char *labels)
{
    for (struct metric_series **at = &metrics->series; *at != NULL; at = &(*at)->next) {
        struct metric_series *series = *at;
        if (series->def == def && strcmp(series->labels, labels) == 0) {
            *at = series->next;
            series->next = metrics->series;
            metrics->series = series;
            return series;
        }
    }
    if (metrics->series_count >= METRICS_SERIES_MAX)
        return NULL;
    struct metric_series *series = calloc(1, sizeof *series);
    if (series == NULL || (series->labels = strdup(labels)) == NULL)
        abort();
    series->def = def;
    series->next = metrics->series;
    metrics->series = series;
    metrics->series_count++;
    return series;
}

void metrics_add(struct metrics *metrics, size_t def, const char *labels, double value)
{
    struct metric_series *series = find(metrics, def, labels);
    if (series != NULL)
        series->value += value;
}

void metrics_set(struct metrics *metrics, size_t def, const char *labels, double value)
{
    struct metric_series *series = find(metrics, def, labels);
    if (series != NULL)
        series->value = value;
}

static const double *buckets_of(const struct metric_def *def)
{
    return def->buckets == NULL ? seconds : def->buckets;
}

void metrics_observe(struct metrics *metrics, size_t def, const char *labels, double value)
{
    struct metric_series *series = find(metrics, def, labels);
    if (series == NULL)
        return;
    const double *bounds = buckets_of(&metrics->defs[def]);
    int i = 0;
    while (i < BUCKETS_MAX && bounds[i] != 0 && value > bounds[i])
        i++;
    series->counts[bounds[i] == 0 ? BUCKETS_MAX : i]++;
    series->value += value;
}

static void write_histogram(const struct metric_def *def, const struct metric_series *series, struct buf *out)
{
    const double *bounds = buckets_of(def);
    const char *comma = series->labels[0] == '\0' ? "" : ",";
    uint64_t total = 0;
    for (int i = 0; i < BUCKETS_MAX && bounds[i] != 0; i++) {
        total += series->counts[i];
        buf_printf(out, "%s_bucket{%s%sle=\"%g\"} %" PRIu64 "\n", def->name, series->labels, comma, bounds[i],
                   total);
    }
    total += series->counts[BUCKETS_MAX];
    buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %" PRIu64 "\n", def->name, series->labels, comma, total);
    buf_printf(out, "%s_sum{%s} %.9g\n%s_count{%s} %" PRIu64 "\n", def->name, series->labels, series->value,
               def->name, series->labels, total);
}

void metrics_write(const struct metrics *metrics, struct buf *out)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    for (size_t i = 0; i < metrics->def_count; i++) {
        const struct metric_def *def = &metrics->defs[i];
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", def->name, def->help, def->name, kinds[def->kind]);
        for (const struct metric_series *series = metrics->series; series != NULL; series = series->next) {
            if (series->def != i)
                continue;
            if (def->kind == METRIC_HISTOGRAM)
                write_histogram(def, series, out);
            else if (series->labels[0] == '\0')
                buf_printf(out, "%s %.17g\n", def->name, series->value);
            else
                buf_printf(out, "%s{%s} %.17g\n", def->name, series->labels, series->value);
        }
    }
}

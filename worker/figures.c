#include "worker/figures.h"

const struct metric_def figures_defs[FIGURE_COUNT] = {
    [FIGURE_LATENCY] = {"purser_job_latency_seconds",
                        "From when a job could run to when it was given to a child.", METRIC_HISTOGRAM, NULL},
    [FIGURE_RUN] = {"purser_batch_run_seconds", "How long a child took for a batch.", METRIC_HISTOGRAM, NULL},
    [FIGURE_OUTCOMES] = {"purser_job_outcomes_total", "Jobs by what became of them.", METRIC_COUNTER, NULL},
    [FIGURE_RETRIES] = {"purser_job_retries_total", "Runs that failed and are tried again.", METRIC_COUNTER,
                        NULL},
    [FIGURE_DEATHS] = {"purser_child_deaths_total", "Children that died under a batch, by cause.",
                       METRIC_COUNTER, NULL},
    [FIGURE_CRASHES] = {"purser_job_crashes_total", "Jobs whose process died under them.", METRIC_COUNTER,
                        NULL},
    [FIGURE_RECOVERIES] = {"purser_job_recoveries_total",
                           "Jobs that went back to their queue without an outcome, by why.", METRIC_COUNTER,
                           NULL},
    [FIGURE_CLAIMED] = {"purser_jobs_claimed_total", "Jobs taken from their queue.", METRIC_COUNTER, NULL},
    [FIGURE_SWAPS] = {"purser_swaps_total", "Round trips that acknowledged and claimed.", METRIC_COUNTER,
                      NULL},
    [FIGURE_RECONNECTS] = {"purser_redis_connects_total", "Times the connection to Redis was made.",
                           METRIC_COUNTER, NULL},
    [FIGURE_IN_FLIGHT] = {"purser_jobs_in_flight", "Jobs that this worker holds.", METRIC_GAUGE, NULL},
    [FIGURE_CHILDREN] = {"purser_children", "Child processes by state.", METRIC_GAUGE, NULL},
};

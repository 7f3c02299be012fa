#include "api/figures.h"

#include <stdio.h>

#include "api/api.h"
#include "api/request.h"
#include "base/clock.h"

static const struct metric_def defs[FIGURES] = {
    [FIGURE_REQUESTS] = {"purser_http_requests_total", "Answered requests, by route and status.",
                         METRIC_COUNTER, NULL},
    [FIGURE_SECONDS] = {"purser_http_request_seconds", "From the head of a request to its answer.",
                        METRIC_HISTOGRAM, NULL},
    [FIGURE_PUTS] = {"purser_jobs_put_total",
                     "Accepted jobs by whether Redis took them; the relay puts what it did not.",
                     METRIC_COUNTER, NULL},
    [FIGURE_CONNECTIONS] = {"purser_http_connections", "Open client connections.", METRIC_GAUGE, NULL},
    [FIGURE_OPEN_REQUESTS] = {"purser_http_open_requests", "Requests that are being answered.", METRIC_GAUGE,
                              NULL},
    [FIGURE_BODY_BYTES] = {"purser_http_body_bytes", "Bodies held in memory.", METRIC_GAUGE, NULL},
    [FIGURE_DB_CONNECTED] = {"purser_db_connections", "Connections to PostgreSQL that are up.", METRIC_GAUGE,
                             NULL},
    [FIGURE_DB_RUNNING] = {"purser_db_running_statements", "Statements that run.", METRIC_GAUGE, NULL},
    [FIGURE_DB_WAITING] = {"purser_db_waiting_statements", "Statements that wait for a connection.",
                           METRIC_GAUGE, NULL},
    [FIGURE_PASSWORDS_WAITING] = {"purser_passwords_waiting", "Passwords that wait to be hashed.",
                                  METRIC_GAUGE, NULL},
};

void figures_init(struct metrics *metrics)
{
    metrics_init(metrics, defs, FIGURES);
}

void figures_count(const struct request *request, int status)
{
    char labels[160];
    const struct route *route = request->route;
    struct metrics *metrics = &request->api->metrics;
    char name[96] = "none";
    if (route != NULL)
        snprintf(name, sizeof name, "%s %s", method_name(route->method), route->pattern);
    snprintf(labels, sizeof labels, "route=\"%s\"", name);
    metrics_observe(metrics, FIGURE_SECONDS, labels, (double)(clock_mono_us() - request->started_us) / 1e6);
    snprintf(labels, sizeof labels, "route=\"%s\",status=\"%d\"", name, status);
    metrics_add(metrics, FIGURE_REQUESTS, labels, 1);
}

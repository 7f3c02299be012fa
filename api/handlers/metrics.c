#include "api/figures.h"

#include <stdio.h>

#include "api/api.h"
#include "api/password.h"
#include "api/reply.h"
#include "api/server.h"
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

enum { METRICS_LIMIT = 4 * 1024 * 1024 };

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

void handle_metrics_get(struct request *request)
{
    struct api *api = request->api;
    struct db_pool_state pool = db_pool_state(api->pool);
    const double gauges[FIGURES] = {
        [FIGURE_CONNECTIONS] = (double)api->server->conn_count,
        [FIGURE_OPEN_REQUESTS] = (double)api->server->request_count,
        [FIGURE_BODY_BYTES] = (double)api->server->body_bytes,
        [FIGURE_DB_CONNECTED] = pool.connected,
        [FIGURE_DB_RUNNING] = pool.running,
        [FIGURE_DB_WAITING] = pool.waiting,
        [FIGURE_PASSWORDS_WAITING] = (double)passwords_waiting(api->passwords),
    };
    for (size_t i = FIGURE_CONNECTIONS; i < FIGURES; i++)
        metrics_set(&api->metrics, i, "", gauges[i]);
    struct buf text;
    buf_init(&text, METRICS_LIMIT);
    metrics_write(&api->metrics, &text);
    struct str copy = {arena_memdup(request->arena, text.data, text.size), text.size};
    buf_free(&text);
    reply_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", copy);
}

/* GET /metrics: what was counted (api/figures.h), and how things stand now. */

#include "api/api.h"
#include "api/figures.h"
#include "api/password.h"
#include "api/reply.h"
#include "api/server.h"

enum { METRICS_LIMIT = 4 * 1024 * 1024 };

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
    struct buf *text = buf_new(request->arena, METRICS_LIMIT);
    metrics_write(&api->metrics, text);
    reply_text(request, 200, "text/plain; version=0.0.4; charset=utf-8",
               (struct str){text->data, text->size});
}

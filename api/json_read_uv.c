#include "api/json_read_uv.h"

#include "api/api.h"

enum { AT_ONCE_MAX_BYTES = 32 * 1024 }; /* below a millisecond */

struct reading {
    uv_work_t work;
    struct request
        *request; /* its arena is this thread's alone meanwhile: nobody else touches it before done */
    void (*done)(struct request *request);
};

static void read_body(struct request *request)
{
    request->json = json_read(request->arena, request->body, &request->faults);
}

static void on_work(uv_work_t *work)
{
    struct reading *reading = work->data;
    read_body(reading->request);
}

static void on_done(uv_work_t *work, int status)
{
    (void)status; /* never cancelled */
    struct reading *reading = work->data;
    reading->done(reading->request);
}

void json_read_uv(struct request *request, void (*done)(struct request *request))
{
    if (request->body.size > AT_ONCE_MAX_BYTES) {
        struct reading *reading = arena_alloc(request->arena, sizeof *reading);
        *reading = (struct reading){.request = request, .done = done};
        reading->work.data = reading;
        if (uv_queue_work(request->api->loop, &reading->work, on_work, on_done) == 0)
            return;
    }
    read_body(request);
    done(request);
}

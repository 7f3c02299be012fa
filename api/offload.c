#include "api/offload.h"

#include "api/api.h"

struct offloaded {
    uv_work_t work;
    struct request *request;
    void (*function)(struct request *request);
    void (*done)(struct request *request);
};

static void on_work(uv_work_t *work)
{
    struct offloaded *offloaded = work->data;
    offloaded->function(offloaded->request);
}

static void on_done(uv_work_t *work, int status)
{
    (void)status; /* never cancelled */
    struct offloaded *offloaded = work->data;
    offloaded->done(offloaded->request);
}

void offload_always(struct request *request, void (*work)(struct request *request),
                    void (*done)(struct request *request))
{
    struct offloaded *offloaded = arena_alloc(request->arena, sizeof *offloaded);
    *offloaded = (struct offloaded){.request = request, .function = work, .done = done};
    offloaded->work.data = offloaded;
    if (uv_queue_work(request->api->loop, &offloaded->work, on_work, on_done) == 0)
        return;
    work(request);
    done(request);
}

void offload(struct request *request, void (*work)(struct request *request),
             void (*done)(struct request *request))
{
    if (request->body.size > OFFLOAD_ABOVE_BYTES) {
        offload_always(request, work, done);
        return;
    }
    work(request);
    done(request);
}

/* For operators: what `purser audit` counts, on a thread and connections of its own. */
#include "api/offload.h"
#include "api/reply.h"
#include "base/settings.h"
#include "ledger/audit.h"

enum { PATIENCE_MS = 5000, RETRY_AFTER_S = 5 };

struct auditing {
    struct audit audit;
    struct err err;
    int result;
};

static bool is_auditing; /* one at a time: it walks all unfinished rows */

static void work(struct request *request)
{
    struct auditing *auditing = request->state;
    struct db *db = db_open(settings.database_url, &auditing->err);
    struct queue *queue = db == NULL ? NULL : queue_open(settings.redis_url, &auditing->err);
    auditing->result =
        queue == NULL ? -1
                      : audit_run(db, queue, request->arena, PATIENCE_MS, &auditing->audit, &auditing->err);
    queue_close(queue);
    db_close(db);
}

static void done(struct request *request)
{
    const struct auditing *auditing = request->state;
    is_auditing = false;
    if (auditing->result != 0)
        reply_error(request, &auditing->err);
    else
        reply_json(request, 200, audit_json(&auditing->audit, request->arena));
}

void handle_admin_audit(struct request *request)
{
    if (request_refused(request))
        return;
    if (is_auditing) {
        reply_retry_after(request, PROBLEM_BUSY, RETRY_AFTER_S, "an audit runs already");
        return;
    }
    is_auditing = true;
    request->state = arena_alloc(request->arena, sizeof(struct auditing));
    offload_always(request, work, done);
}

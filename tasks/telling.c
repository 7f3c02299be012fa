#include "tasks/telling.h"

#include "base/settings.h"
#include "ledger/notifications.h"

int telling_run_each(struct task_context *context, struct job *jobs, size_t count,
                     int (*one)(struct task_context *context, const struct seal_key *key, struct job *job,
                                struct err *err),
                     struct err *err)
{
    struct seal_key key;
    if (seal_load(settings.keys, &key, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!jobs[i].skip && one(context, &key, &jobs[i], err) != 0)
            return -1;
    return 0;
}

bool telling_waits(const struct task_context *context, struct job *job, const char *timezone, int64_t from,
                   int64_t to)
{
    int64_t until_ms = notification_quiet_until(timezone, from, to, context->now_ms);
    if (until_ms > 0)
        job->outcome =
            (struct outcome){.kind = OUTCOME_SNOOZE, .until_ms = until_ms, .reason = "quiet hours"};
    return until_ms > 0;
}

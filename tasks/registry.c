#include <string.h>

#include "tasks/middleware.h"
#include "tasks/task.h"

/* One line a task; the struct stands at the end of its file. */
extern const struct task task_classify_transactions;
extern const struct task task_budget_alert;
extern const struct task task_ingest_transactions;
extern const struct task task_ingest_upload;
extern const struct task task_post_recurring;
extern const struct task task_link_transfers;
extern const struct task task_train_prior;
extern const struct task task_undo_classify_run;
extern const struct task task_undo_upload;
extern const struct task task_roll_up_statistics;
extern const struct task task_send_budget_alerts;
extern const struct task task_send_statement;
extern const struct task task_send_webhook;
extern const struct task task_send_registration_code;

/* One line a task. */
/* clang-format off */
const struct task *const tasks_all[] = {
    &task_classify_transactions,
    &task_budget_alert,
    &task_ingest_transactions,
    &task_ingest_upload,
    &task_post_recurring,
    &task_link_transfers,
    &task_train_prior,
    &task_undo_classify_run,
    &task_undo_upload,
    &task_roll_up_statistics,
    &task_send_budget_alerts,
    &task_send_statement,
    &task_send_webhook,
    &task_send_registration_code,
    NULL,
};
/* clang-format on */

extern const struct task_middleware task_middleware_trace;

const struct task_middleware *const task_middlewares[] = {&task_middleware_trace, NULL};

const struct task *task_find(const char *name)
{
    for (const struct task *const *task = tasks_all; *task != NULL; task++)
        if (strcmp((*task)->name, name) == 0)
            return *task;
    return NULL;
}

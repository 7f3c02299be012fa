#include <string.h>

#include "tasks/task.h"

const struct task *const tasks_all[] = {
    NULL,
};

const struct task *task_find(const char *name)
{
    for (const struct task *const *task = tasks_all; *task != NULL; task++)
        if (strcmp((*task)->name, name) == 0)
            return *task;
    return NULL;
}

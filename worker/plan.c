#include "worker/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "tasks/task.h"

enum { WEIGHT_MAX = 1000 };

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* The largest batch that a task of this queue takes; 0 when no task uses it. */
static int batch_of(struct str name)
{
    int batch = 0;
    for (const struct task *const *task = tasks_all; *task != NULL; task++)
        if (str_equal(str_of((*task)->queue), name) && (*task)->batch_max > batch)
            batch = (*task)->batch_max;
    return batch;
}

static int find(const struct plan *plan, struct str name)
{
    for (int i = 0; i < plan->count; i++)
        if (str_equal(str_of(plan->queues[i].name), name))
            return i;
    return -1;
}

static int add(struct plan *plan, struct str name, int level, int weight, struct err *err)
{
    int batch = batch_of(name);
    if (batch == 0)
        return err_set(err, ERR_REJECT, "PURSER_QUEUES: no task uses the queue '%.*s'", (int)name.size,
                       name.data);
    if (find(plan, name) >= 0)
        return err_set(err, ERR_REJECT, "PURSER_QUEUES names the queue '%.*s' twice", (int)name.size,
                       name.data);
    if (plan->count == PLAN_QUEUES_MAX)
        return err_set(err, ERR_REJECT, "PURSER_QUEUES: at most %d queues", PLAN_QUEUES_MAX);
    struct plan_queue *queue = &plan->queues[plan->count++];
    *queue = (struct plan_queue){.level = level, .weight = weight, .batch = batch};
    snprintf(queue->name, sizeof queue->name, "%.*s", (int)name.size, name.data);
    return 0;
}

static int add_all(struct plan *plan, struct err *err)
{
    for (const struct task *const *task = tasks_all; *task != NULL; task++) {
        struct str name = str_of((*task)->queue);
        if (find(plan, name) < 0 && add(plan, name, 0, 1, err) != 0)
            return -1;
    }
    return 0;
}

static int add_entry(struct plan *plan, struct str entry, int level, struct err *err)
{
    struct str weight_text, name = str_trim(str_split(entry, '=', &weight_text));
    int64_t weight = 1;
    if (weight_text.size > 0 &&
        (str_to_int(str_trim(weight_text), &weight) != 0 || weight < 1 || weight > WEIGHT_MAX))
        return err_set(err, ERR_REJECT, "PURSER_QUEUES: the weight of '%.*s' must be from 1 to %d",
                       (int)name.size, name.data, WEIGHT_MAX);
    return add(plan, name, level, (int)weight, err);
}

int plan_parse(struct plan *plan, const char *text, struct err *err)
{
    *plan = (struct plan){0};
    struct str levels = str_of(text);
    if (str_trim(levels).size == 0)
        return add_all(plan, err);
    for (int level = 0; levels.size > 0; level++) {
        struct str next_levels, entries = str_split(levels, '>', &next_levels);
        levels = next_levels;
        while (entries.size > 0) {
            struct str next_entries, entry = str_split(entries, ',', &next_entries);
            entries = next_entries;
            if (add_entry(plan, entry, level, err) != 0)
                return -1;
        }
    }
    return 0;
}

static bool is_before(const struct plan_queue *a, const struct plan_queue *b)
{
    return a->level != b->level ? a->level < b->level : a->pass < b->pass;
}

void plan_orders(struct plan *plan, int slots, char (*orders)[PLAN_ORDER_SIZE])
{
    double passes[PLAN_QUEUES_MAX] = {0};
    for (int i = 0; i < plan->count; i++)
        passes[i] = plan->queues[i].pass;
    for (int slot = 0; slot < slots; slot++) {
        int order[PLAN_QUEUES_MAX] = {0};
        for (int i = 0; i < plan->count; i++) { /* insertion sort: at most 35 */
            int at = i;
            while (at > 0 && is_before(&plan->queues[i], &plan->queues[order[at - 1]])) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = i;
        }
        for (int i = 0; i < plan->count; i++)
            orders[slot][i] = digits[order[i] + 1];
        orders[slot][plan->count] = '\0';
        /* The next slot is ordered as if this one had been filled by its first choice. */
        struct plan_queue *first = &plan->queues[order[0]];
        first->pass += (double)first->batch / first->weight;
    }
    for (int i = 0; i < plan->count; i++)
        plan->queues[i].pass = passes[i];
}

void plan_took(struct plan *plan, const char *order, struct str name, int64_t jobs)
{
    int taken = find(plan, name);
    if (taken < 0)
        return;
    struct plan_queue *queue = &plan->queues[taken];
    /* Who was empty when its turn came must not save the turn up: it starts anew from where the others are.
     */
    for (const char *c = order; *c != '\0' && *c != digits[taken + 1]; c++) {
        struct plan_queue *empty = &plan->queues[strchr(digits, *c) - digits - 1];
        if (empty->level == queue->level && empty->pass < queue->pass)
            empty->pass = queue->pass;
    }
    queue->pass += (double)jobs / queue->weight;
}

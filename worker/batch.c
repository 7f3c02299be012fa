#include "worker/batch.h"

#include <stdlib.h>
#include <string.h>

#include "worker/wire.h"

void batches_push(struct batches *list, struct batch *batch)
{
    batch->next = NULL;
    if (list->last == NULL)
        list->first = batch;
    else
        list->last->next = batch;
    list->last = batch;
    list->count++;
}

struct batch *batches_pop(struct batches *list)
{
    struct batch *batch = list->first;
    if (batch == NULL)
        return NULL;
    list->first = batch->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    batch->next = NULL;
    return batch;
}

void batch_free(struct batch *batch)
{
    arena_free(&batch->arena);
    free(batch);
}

static struct batch *batch_for(struct batches *list, const struct task *task, bool alone, int64_t now_ms)
{
    if (!alone)
        for (struct batch *batch = list->first; batch != NULL; batch = batch->next)
            if (batch->task == task && !batch->alone && batch->count < batch->capacity)
                return batch;
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        abort();
    arena_init(&batch->arena);
    batch->task = task;
    batch->alone = alone;
    batch->capacity = alone || task->batch_max < 1 ? 1 : (size_t)task->batch_max;
    batch->flights = arena_array(&batch->arena, batch->capacity, sizeof *batch->flights);
    batch->claimed_ms = now_ms;
    batches_push(list, batch);
    return batch;
}

void batches_add(struct batches *list, const struct task *task, const struct job *job, struct str envelope,
                 int64_t now_ms)
{
    struct batch *batch = batch_for(list, task, (job->flags & JOB_ALONE) != 0, now_ms);
    struct flight *flight = &batch->flights[batch->count++];
    id_format(&job->id, flight->id);
    flight->envelope = (struct str){arena_memdup(&batch->arena, envelope.data, envelope.size), envelope.size};
    flight->full = job->unique[0] != '\0' || (job->flags & ~(unsigned)JOB_MEMBER) != 0 || job->attempt > 0;
    flight->attempt = job->attempt;
    flight->deadline_ms = job->deadline_ms;
    flight->due_at_ms = job->run_at_ms > job->enqueued_at_ms ? job->run_at_ms : job->enqueued_at_ms;
}

bool batch_holds(const struct batch *batch, struct str id)
{
    for (size_t i = 0; i < batch->count; i++)
        if (str_equal(str_of(batch->flights[i].id), id))
            return true;
    return false;
}

bool batches_hold(const struct batches *list, struct str id)
{
    for (const struct batch *batch = list->first; batch != NULL; batch = batch->next)
        if (batch_holds(batch, id))
            return true;
    return false;
}

void batch_write(const struct batch *batch, struct buf *frame)
{
    size_t start = wire_begin(frame, 'R');
    wire_add_u32(frame, (uint32_t)batch->count);
    for (size_t i = 0; i < batch->count; i++)
        wire_add_str(frame, batch->flights[i].envelope);
    wire_end(frame, start);
}

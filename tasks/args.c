#include "tasks/args.h"

#include "base/buf.h"

void task_refuse_args(struct task_context *context, struct job *job, const struct faults *faults)
{
    const struct fault *fault = &faults->list[0];
    job->outcome = (struct outcome){
        .kind = OUTCOME_DEAD,
        .reason = arena_printf(context->arena, "args%s %s", fault->pointer, fault->detail),
    };
}

int task_decode_args(struct task_context *context, struct job *job, const struct json_field *fields,
                     size_t count, void *out)
{
    struct faults faults;
    faults_init(&faults, context->arena);
    json_t *args = json_read(context->arena, job->args, &faults);
    if (args != NULL && json_decode(args, "", fields, count, out, context->arena, &faults) == 0)
        return 0;
    task_refuse_args(context, job, &faults);
    return -1;
}

/* Appends the ids of one job. */
static void read_ids(json_t *args, const char *name, struct id *ids, size_t *count, struct arena *arena,
                     struct faults *faults)
{
    json_t *list = json_object_get(args, name);
    size_t size = json_array_size(list);
    if (size < 1 || size > TASK_IDS_MAX) {
        faults_add(faults, arena_printf(arena, "/%s", name), "must be a list of 1 to %d ids", TASK_IDS_MAX);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text == NULL || id_parse(str_of(text), &ids[*count]) != 0)
            faults_add(faults, arena_printf(arena, "/%s/%zu", name, i), "must be an id (a UUID)");
        else
            (*count)++;
    }
}

void task_validate_ids(json_t *args, const char *name, struct arena *arena, struct faults *faults)
{
    size_t count = 0;
    read_ids(args, name, arena_array(arena, TASK_IDS_MAX, sizeof(struct id)), &count, arena, faults);
}

struct str task_write_ids(struct arena *arena, const char *name, const struct id *ids, size_t count)
{
    struct buf *args = buf_new(arena, 64 + TASK_IDS_MAX * (ID_TEXT_SIZE + 3));
    buf_printf(args, "{\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        char text[ID_TEXT_SIZE];
        id_format(&ids[i], text);
        buf_printf(args, "%s\"%s\"", i > 0 ? "," : "", text);
    }
    buf_add_text(args, "]}");
    return (struct str){args->data, args->size};
}

size_t task_read_ids(struct task_context *context, struct job *jobs, size_t count, const char *name,
                     struct id **ids)
{
    size_t found = 0;
    *ids = arena_array(context->arena, count * TASK_IDS_MAX, sizeof **ids);
    for (size_t i = 0; i < count; i++) {
        struct faults faults;
        size_t before = found;
        if (jobs[i].skip)
            continue;
        faults_init(&faults, context->arena);
        json_t *args = json_read(context->arena, jobs[i].args, &faults);
        if (args != NULL)
            read_ids(args, name, *ids, &found, context->arena, &faults);
        if (faults.count == 0)
            continue;
        found = before;
        task_refuse_args(context, &jobs[i], &faults);
    }
    return found;
}

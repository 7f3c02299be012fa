#include "tasks/args.h"

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

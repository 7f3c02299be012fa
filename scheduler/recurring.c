/* Rules whose time has come, to the workers. The claim of the rules and the rows of the jobs are one
 * transaction: what is claimed is accepted, and what a dying leader claimed and did not commit is there for
 * the next. */
#include "ledger/recurring.h"

#include "base/crash.h"
#include "ledger/jobs.h"
#include "scheduler/periodic.h"
#include "tasks/args.h"

enum { RULES_A_JOB = 250, RULES_A_TURN = 10000 };

/* In the current transaction. */
static int claim(struct periodic_context *context, struct job **jobs, size_t *job_count, size_t *rule_count,
                 struct err *err)
{
    struct id *rules;
    if (recurring_claim(context->db, context->arena, context->now_ms, RULES_A_TURN, &rules, rule_count,
                        err) != 0)
        return -1;
    *jobs = arena_array(context->arena, *rule_count / RULES_A_JOB + 1, sizeof **jobs);
    *job_count = 0;
    for (size_t at = 0; at < *rule_count; at += RULES_A_JOB) {
        size_t left = *rule_count - at, size = left < RULES_A_JOB ? left : RULES_A_JOB;
        (*jobs)[(*job_count)++] =
            (struct job){.id = id_new(),
                         .task = "post_recurring",
                         .queue = "recurring",
                         .enqueued_at_ms = context->now_ms,
                         .args = task_write_ids(context->arena, "rules", rules + at, size)};
    }
    return *job_count == 0 ? 0 : jobs_accept(context->db, context->arena, *jobs, NULL, *job_count, err);
}

int recurring_hand_over(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    struct err ignored;
    struct put_result result;
    size_t rule_count = RULES_A_TURN;
    (void)slot_ms;
    while (rule_count == RULES_A_TURN) {
        struct job *jobs;
        size_t job_count;
        if (db_begin(context->db, err) != 0)
            return -1;
        if (claim(context, &jobs, &job_count, &rule_count, err) != 0) {
            db_rollback(context->db);
            return -1;
        }
        crash_point("recurring_before_commit");
        if (db_commit(context->db, err) != 0)
            return -1;
        crash_point("recurring_before_put");
        /* When the put fails, the relay does it. */
        if (job_count > 0)
            (void)!queue_put(context->queue, context->arena, jobs, job_count, false, &result, &ignored);
    }
    return 0;
}

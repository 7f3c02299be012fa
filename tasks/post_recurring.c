/*
 * post_recurring: enters what is due of recurring rules, each date of a rule once.
 *
 * Needs     {"rules": [1..500 ids]}, as the scheduler hands them over. Rules that are paused, ended, deleted
 * or not due are left as they are.
 *
 * Promises  transactions, occurrences and the rules' next dates in one transaction; a rule handed over twice,
 * or worked on by two workers, is entered once (ledger/recurring.h).
 */
#include "base/settings.h"
#include "ledger/recurring.h"
#include "tasks/args.h"
#include "tasks/classify.h"

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    task_validate_ids(args, "rules", arena, faults);
}

/* Entries without a category are sorted like other rows. */
static int ask_for_sorting(struct task_context *context, const struct id *rules, size_t count,
                           struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, context->arena);
    db_add_ids(&params, rules, NULL, count);
    if (db_run(context->db, &sql_recurring_unsorted, &params, &rows, err) != 0)
        return -1;
    struct id *users = arena_array(context->arena, (size_t)rows.count, sizeof *users);
    for (int i = 0; i < rows.count; i++)
        users[i] = rows_id(&rows, i, 0);
    return rows.count == 0
               ? 0
               : classify_follow_up(context, users, (size_t)rows.count, settings.classify_delay_ms, err);
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    struct id *ids;
    size_t rules = task_read_ids(context, jobs, count, "rules", &ids);
    if (rules == 0)
        return 0;
    if (ask_for_sorting(context, ids, rules, err) != 0)
        return -1;
    struct recurring_policy policy = recurring_policy_now(context->now_ms);
    struct recurring_tally tally = {0};
    struct zones
        zones; /* read anew for a batch: a file a zone, so that a new tzdata is seen without a restart */
    zones_open(&zones, ZONE_DIRECTORY);
    int result = recurring_post(context->db, context->arena, &zones, &policy, ids, rules, &tally, err);
    zones_close(&zones);
    if (result != 0)
        return -1;
    const char *tallied = arena_printf(
        context->arena, "{\"rules\":%lld,\"posted\":%lld,\"matched\":%lld,\"missed\":%lld}",
        (long long)tally.rules, (long long)tally.posted, (long long)tally.matched, (long long)tally.missed);
    for (size_t i = 0; i < count; i++) /* of the whole batch: that is what was done at once */
        if (!jobs[i].skip && jobs[i].outcome.kind == OUTCOME_DONE)
            jobs[i].outcome.result = tallied;
    return 0;
}

const struct task task_post_recurring = {
    .name = "post_recurring",
    .summary = "Enters what is due of recurring rules, each date once.",
    .queue = "recurring",
    .batch_max = 4,
    .timeout_ms = 60000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 32 * 1024,
    .transaction = TASK_ONE_TRANSACTION,
    .validate = validate,
    .run = run,
};

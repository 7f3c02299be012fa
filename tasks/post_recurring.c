/*
 * post_recurring: enters what is due of recurring rules, each date of a rule once.
 *
 * Needs     {"rules": [1..500 ids]}, as the scheduler hands them over. Rules that are paused, ended, deleted
 * or not due are left as they are. Promises  transactions, occurrences and the rules' next dates in one
 * transaction; a rule handed over twice, or worked on by two workers, is entered once (ledger/recurring.h).
 */
#include "base/json.h"
#include "ledger/recurring.h"
#include "tasks/args.h"

enum { RULES_MAX = 500 };

/* The ids of one job behind ids[*count]; a fault when they are not ids. */
static void read_rules(json_t *args, struct id *ids, size_t *count, struct arena *arena,
                       struct faults *faults)
{
    json_t *rules = json_object_get(args, "rules");
    size_t size = json_array_size(rules);
    if (size < 1 || size > RULES_MAX) {
        faults_add(faults, "/rules", "must be a list of 1 to %d ids", RULES_MAX);
        return;
    }
    for (size_t i = 0; i < size; i++) {
        const char *text = json_string_value(json_array_get(rules, i));
        if (text == NULL || id_parse(str_of(text), &ids[*count]) != 0)
            faults_add(faults, arena_printf(arena, "/rules/%zu", i), "must be an id (a UUID)");
        else
            (*count)++;
    }
}

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    struct id *ids = arena_array(arena, RULES_MAX, sizeof *ids);
    size_t count = 0;
    read_rules(args, ids, &count, arena, faults);
}

/* All ids of the batch's jobs; a job that can't be read ends dead and the others go on. */
static size_t read_jobs(struct task_context *context, struct job *jobs, size_t job_count, struct id *ids)
{
    size_t count = 0;
    for (size_t i = 0; i < job_count; i++) {
        struct faults faults;
        size_t before = count;
        if (jobs[i].skip)
            continue;
        faults_init(&faults, context->arena);
        json_t *args = json_read(context->arena, jobs[i].args, &faults);
        if (args != NULL)
            read_rules(args, ids, &count, context->arena, &faults);
        if (faults.count == 0)
            continue;
        count = before;
        task_refuse_args(context, &jobs[i], &faults);
    }
    return count;
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    struct id *ids = arena_array(context->arena, count * RULES_MAX, sizeof *ids);
    size_t rules = read_jobs(context, jobs, count, ids);
    if (rules == 0)
        return 0;
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

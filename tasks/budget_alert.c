/*
 * budget_alert: looks at the budgets of people whose sums changed, and notes each threshold that is passed.
 *
 * Needs     {"users": [1..500 ids]}, as the scheduler hands them over.
 * Promises  a row an alert, once by budget, period and threshold, and in the same transaction the job that
 * tells it: send_budget_alerts, one a person, at once or with the day's digest.
 */
#include <string.h>

#include "base/hash.h"
#include "ledger/budgets.h"
#include "ledger/notifications.h"
#include "tasks/args.h"

enum { BUDGETS_MAX = 100000, ALERTS_EACH = 3 };

static void validate(json_t *args, struct arena *arena, struct faults *faults)
{
    task_validate_ids(args, "users", arena, faults);
}

/* When and by which job a person is told. */
struct telling {
    struct id user, job;
    int64_t run_at_ms; /* 0: at once */
    bool has_webhook;  /* told there too, at once */
};

/* One id by person and moment: alerts of one day's digest share it. */
static struct id digest_id(const struct id *user, int64_t run_at_ms)
{
    struct id id = id_at(run_at_ms);
    uint8_t digest[HASH_SIZE], seed[sizeof user->bytes + sizeof run_at_ms];
    memcpy(seed, user->bytes, sizeof user->bytes);
    memcpy(seed + sizeof user->bytes, &run_at_ms, sizeof run_at_ms);
    hash_sha256(seed, sizeof seed, digest);
    memcpy(id.bytes + 9, digest, 7);
    id.bytes[8] = (uint8_t)(0x80 | (digest[7] & 0x3F));
    return id;
}

static int read_tellings(struct task_context *context, const struct id *users, size_t count,
                         struct telling **list, size_t *size, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    struct zones zones;
    db_params_init(&params, context->arena);
    db_add_ids(&params, users, NULL, count);
    if (db_run(context->db, &sql_notification_digests, &params, &rows, err) != 0)
        return -1;
    *size = (size_t)rows.count;
    *list = arena_array(context->arena, *size, sizeof **list);
    zones_open(&zones, ZONE_DIRECTORY);
    for (int row = 0; row < rows.count; row++) {
        struct telling *telling = &(*list)[row];
        struct err ignored;
        telling->user = rows_id(&rows, row, 0);
        telling->job = id_new();
        telling->has_webhook = rows_bool(&rows, row, 4);
        const struct zone *zone = zones_find(&zones, str_of(rows_text(&rows, row, 1)), &ignored);
        if (!rows_bool(&rows, row, 2) || zone == NULL)
            continue;
        telling->run_at_ms = notification_next(zone, rows_int(&rows, row, 3), context->now_ms);
        telling->job = digest_id(&telling->user, telling->run_at_ms);
    }
    zones_close(&zones);
    return 0;
}

static const struct telling *telling_of(const struct telling *list, size_t count, const struct id *user)
{
    for (size_t i = 0; i < count; i++)
        if (id_equal(&list[i].user, user))
            return &list[i];
    return NULL;
}

/* Alerts as columns. */
struct alerts {
    struct id *budgets, *users, *jobs;
    int32_t *periods;
    const char **thresholds;
    int64_t *available, *spent, *forecast;
    size_t count;
};

static void alerts_init(struct alerts *alerts, struct arena *arena, size_t most)
{
    *alerts = (struct alerts){.budgets = arena_array(arena, most, sizeof(struct id)),
                              .users = arena_array(arena, most, sizeof(struct id)),
                              .jobs = arena_array(arena, most, sizeof(struct id)),
                              .periods = arena_array(arena, most, sizeof(int32_t)),
                              .thresholds = arena_array(arena, most, sizeof(char *)),
                              .available = arena_array(arena, most, sizeof(int64_t)),
                              .spent = arena_array(arena, most, sizeof(int64_t)),
                              .forecast = arena_array(arena, most, sizeof(int64_t))};
}

static void add_alerts(struct alerts *alerts, const struct budget_standing *standing, const struct id *job)
{
    static const struct {
        unsigned bit;
        const char *name;
    } kinds[ALERTS_EACH] = {
        {BUDGET_ALERT_80, "80"}, {BUDGET_ALERT_100, "100"}, {BUDGET_ALERT_FORECAST, "forecast"}};
    unsigned held = budget_alerts(standing->available, standing->state.spent, standing->forecast);
    for (size_t i = 0; i < ALERTS_EACH; i++) {
        if ((held & kinds[i].bit) == 0)
            continue;
        size_t at = alerts->count++;
        alerts->budgets[at] = standing->id;
        alerts->users[at] = standing->user;
        alerts->jobs[at] = *job;
        alerts->periods[at] = standing->first;
        alerts->thresholds[at] = kinds[i].name;
        alerts->available[at] = standing->available;
        alerts->spent[at] = standing->state.spent;
        alerts->forecast[at] = standing->forecast;
    }
}

static int find_alerts(struct task_context *context, const struct id *users, size_t count,
                       const struct telling *tellings, size_t telling_count, struct alerts *alerts,
                       struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, context->arena);
    budgets_state_params(&params, users, count, NULL, NULL, BUDGETS_MAX, context->now_ms);
    if (db_run(context->db, &sql_budget_state, &params, &rows, err) != 0)
        return -1;
    alerts_init(alerts, context->arena, (size_t)rows.count * ALERTS_EACH);
    for (int row = 0; row < rows.count; row++) {
        struct budget_standing standing;
        if (budgets_read(&rows, row, context->arena, &standing, err) != 0)
            return -1;
        const struct telling *telling = telling_of(tellings, telling_count, &standing.user);
        if (telling != NULL)
            add_alerts(alerts, &standing, &telling->job);
    }
    return 0;
}

static int tell_webhook(struct task_context *context, const struct id *alerts, const struct id *user,
                        struct err *err)
{
    char text[ID_TEXT_SIZE];
    id_format(alerts, text);
    struct job follow = {.task = "send_webhook",
                         .lane = "",
                         .enqueued_at_ms = context->now_ms,
                         .args = str_of(arena_printf(context->arena, "{\"alerts\":\"%s\"}", text))};
    return task_follow_up(context, &follow, user, err);
}

/* Notes them, and asks for a job for each person who has new ones. */
static int note_alerts(struct task_context *context, const struct alerts *alerts,
                       const struct telling *tellings, size_t telling_count, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    if (alerts->count == 0)
        return 0;
    db_params_init(&params, context->arena);
    db_add_ids(&params, alerts->budgets, NULL, alerts->count);
    db_add_dates(&params, alerts->periods, NULL, alerts->count);
    db_add_texts(&params, alerts->thresholds, alerts->count);
    db_add_ids(&params, alerts->users, NULL, alerts->count);
    db_add_ints(&params, alerts->available, NULL, alerts->count);
    db_add_ints(&params, alerts->spent, NULL, alerts->count);
    db_add_ints(&params, alerts->forecast, NULL, alerts->count);
    db_add_ids(&params, alerts->jobs, NULL, alerts->count);
    db_add_time(&params, context->now_ms);
    if (db_run(context->db, &sql_budget_alert_add, &params, &rows, err) != 0)
        return -1;
    for (int row = 0; row < rows.count; row++) {
        struct id user = rows_id(&rows, row, 0);
        const struct telling *telling = telling_of(tellings, telling_count, &user);
        struct job follow = {.id = rows_id(&rows, row, 1),
                             .task = "send_budget_alerts",
                             .lane = "",
                             .enqueued_at_ms = context->now_ms,
                             .run_at_ms = telling->run_at_ms,
                             .args = STR("{}")};
        if (task_follow_up(context, &follow, &user, err) != 0 ||
            (telling->has_webhook && tell_webhook(context, &follow.id, &user, err) != 0))
            return -1;
    }
    return 0;
}

static int run(struct task_context *context, struct job *jobs, size_t count, struct err *err)
{
    struct id *users;
    struct telling *tellings;
    struct alerts alerts;
    size_t user_count = task_read_ids(context, jobs, count, "users", &users), telling_count;
    if (user_count == 0)
        return 0;
    if (read_tellings(context, users, user_count, &tellings, &telling_count, err) != 0 ||
        find_alerts(context, users, user_count, tellings, telling_count, &alerts, err) != 0)
        return -1;
    return note_alerts(context, &alerts, tellings, telling_count, err);
}

const struct task task_budget_alert = {
    .name = "budget_alert",
    .summary = "Looks at budgets whose sums changed, and notes each threshold that is passed, once.",
    .queue = "recurring",
    .batch_max = 1,
    .timeout_ms = 120000,
    .retry = {.attempts_max = 25, .base_ms = 1000, .max_ms = 15 * 60 * 1000},
    .args_max = 32 * 1024,
    .transaction = TASK_ONE_TRANSACTION,
    .validate = validate,
    .run = run,
};

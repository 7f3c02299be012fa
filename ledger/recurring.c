#include "ledger/recurring.h"

#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "finance/occurrence.h"
#include "finance/recurrence.h"
#include "finance/weekend.h"

struct recurring_policy recurring_policy_now(int64_t now_ms)
{
    return (struct recurring_policy){.now_ms = now_ms,
                                     .grace_ms = settings.recurring_grace_ms,
                                     .late_max = settings.recurring_late_max,
                                     .match_days = settings.match_days};
}

int recurring_claim(struct db *db, struct arena *arena, int64_t now_ms, int64_t most, struct id **rules,
                    size_t *count, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, arena);
    db_add_time(&params, now_ms);
    db_add_int(&params, most);
    db_add_time(&params, now_ms + settings.recurring_retry_ms);
    if (db_run(db, &sql_recurring_claim, &params, &rows, err) != 0)
        return -1;
    *count = (size_t)rows.count;
    *rules = arena_array(arena, *count, sizeof **rules);
    for (int row = 0; row < rows.count; row++)
        (*rules)[row] = rows_id(&rows, row, 0);
    return 0;
}

/* What is known of one date beforehand: a row of recurring_told. */
struct told {
    struct id rule;
    int32_t nominal, posting;
    enum occurrence_state state;
    int64_t due_ms, amount;
    bool has_amount;
};

/* One date that is due. */
struct due {
    int32_t nominal, posting;
    int64_t due_ms;
    const struct told *told; /* NULL: nothing is known of it */
};

/* A locked rule, and where it goes on. */
struct rule {
    struct id id;
    struct recurrence recurrence;
    enum weekend_rule weekend;
    enum catch_up catch_up;
    int32_t start, next_nominal, next_posting;
    bool has_next, ended;
    int64_t amount, end_total, entered, next_due_ms, check_ms;
    const struct zone *zone;
    const struct told *told; /* in the order of nominal dates */
    size_t told_count;
    struct due *due;
    size_t due_count, due_capacity;
};

/* What is written, as columns. */
struct output {
    struct id *rules, *transactions;
    int32_t *nominals, *postings;
    int64_t *amounts;
    const char **states;
    size_t count;
};

struct work {
    struct arena *arena;
    struct zones *zones;
    const struct recurring_policy *policy;
    struct rule *rules;
    size_t count;
    struct output output;
};

int64_t recurring_estimate(struct arena *arena, struct str last, int64_t otherwise)
{
    int64_t *amounts = arena_array(arena, last.size + 1, sizeof *amounts);
    size_t count = 0;
    while (last.size > 0)
        if (str_to_int(str_split(last, ' ', &last), &amounts[count]) == 0)
            count++;
    return count == 0 ? otherwise : occurrence_estimate(amounts, count);
}

int64_t recurring_moved_due_ms(const struct zone *zone, int32_t posting, int64_t stored_ms)
{
    int64_t first_ms = zone_first_ms(zone, posting);
    return stored_ms > first_ms ? stored_ms : first_ms;
}

static int read_rule(struct work *work, const struct db_rows *rows, int row, struct rule *rule,
                     struct err *err)
{
    rule->id = rows_id(rows, row, 0);
    rule->start = rows_date(rows, row, 2);
    rule->amount = rows_int(rows, row, 5);
    rule->end_total = rows_int(rows, row, 7);
    rule->has_next = !rows_is_null(rows, row, 8);
    rule->next_nominal = rows_date(rows, row, 8);
    rule->entered = rows_int(rows, row, 10);
    if (rows_int(rows, row, 6) > 0)
        rule->amount = recurring_estimate(work->arena, rows_bytes(rows, row, 11), rule->amount);
    if (weekend_parse(str_of(rows_text(rows, row, 3)), &rule->weekend) != 0 ||
        catch_up_parse(str_of(rows_text(rows, row, 4)), &rule->catch_up) != 0)
        return err_set(err, ERR_BUG, "a recurring rule has an unknown weekend rule or catch-up policy");
    if (recurrence_parse(str_of(rows_text(rows, row, 1)), &rule->recurrence, err) != 0)
        return err_wrap(err, "the stored recurrence rule");
    rule->zone = zones_find(work->zones, str_of(rows_text(rows, row, 9)), err);
    return rule->zone == NULL ? err_wrap(err, "the user's time zone") : 0;
}

static int lock_rules(struct work *work, struct db *db, const struct id *ids, size_t count, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, work->arena);
    db_add_ids(&params, ids, NULL, count);
    if (db_run(db, &sql_recurring_lock, &params, &rows, err) != 0)
        return -1;
    work->rules = arena_array(work->arena, (size_t)rows.count, sizeof *work->rules);
    for (int row = 0; row < rows.count; row++)
        if (read_rule(work, &rows, row, &work->rules[work->count++], err) != 0)
            return -1;
    return 0;
}

static void locked_ids(const struct work *work, struct id **ids)
{
    *ids = arena_array(work->arena, work->count, sizeof **ids);
    for (size_t i = 0; i < work->count; i++)
        (*ids)[i] = work->rules[i].id;
}

/* Gives each rule its slice of what is known; both are in the order of ids. */
static int read_told(struct work *work, struct db *db, const struct id *ids, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    int32_t *nexts = arena_array(work->arena, work->count, sizeof *nexts);
    bool *none = arena_array(work->arena, work->count, sizeof *none);
    for (size_t i = 0; i < work->count; i++) {
        nexts[i] = work->rules[i].next_nominal;
        none[i] = !work->rules[i].has_next;
    }
    db_params_init(&params, work->arena);
    db_add_ids(&params, ids, NULL, work->count);
    db_add_dates(&params, nexts, none, work->count);
    if (db_run(db, &sql_recurring_told, &params, &rows, err) != 0)
        return -1;
    struct told *all = arena_array(work->arena, (size_t)rows.count, sizeof *all);
    size_t at = 0;
    for (int row = 0; row < rows.count; row++) {
        struct told *told = &all[row];
        told->rule = rows_id(&rows, row, 0);
        told->nominal = rows_date(&rows, row, 1);
        if (occurrence_state_parse(str_of(rows_text(&rows, row, 2)), &told->state) != 0)
            return err_set(err, ERR_BUG, "an occurrence has an unknown state");
        told->posting = rows_date(&rows, row, 3);
        told->due_ms = rows_time(&rows, row, 4);
        told->amount = rows_int(&rows, row, 5);
        told->has_amount = !rows_is_null(&rows, row, 5);
        while (!id_equal(&work->rules[at].id, &told->rule))
            at++;
        if (work->rules[at].told_count++ == 0)
            work->rules[at].told = told;
    }
    return 0;
}

static const struct told *told_of(const struct rule *rule, int32_t nominal)
{
    for (size_t i = 0; i < rule->told_count; i++)
        if (rule->told[i].nominal == nominal)
            return &rule->told[i];
    return NULL;
}

static void add_due(struct work *work, struct rule *rule, struct due due)
{
    if (rule->due_count == rule->due_capacity) {
        rule->due_capacity = rule->due_capacity == 0 ? 4 : 2 * rule->due_capacity;
        struct due *larger = arena_array(work->arena, rule->due_capacity, sizeof *larger);
        if (rule->due_count > 0)
            memcpy(larger, rule->due, rule->due_count * sizeof *larger);
        rule->due = larger;
    }
    rule->due[rule->due_count++] = due;
}

static void look_at(struct rule *rule, int64_t at_ms)
{
    if (rule->check_ms == 0 || at_ms < rule->check_ms)
        rule->check_ms = at_ms;
}

/* Finds what is due of a rule, and the first date that is not yet. */
static void collect_due(struct work *work, struct rule *rule)
{
    int64_t now_ms = work->policy->now_ms;
    int32_t from = rule->next_nominal, nominal, posting;
    struct recurrence_iterator dates;
    for (size_t i = 0; i < rule->told_count; i++) {
        const struct told *told = &rule->told[i];
        if (told->state != OCCURRENCE_POSTPONED)
            continue;
        int64_t due_ms = recurring_moved_due_ms(rule->zone, told->posting, told->due_ms);
        if (due_ms <= now_ms)
            add_due(work, rule, (struct due){told->nominal, told->posting, due_ms, told});
        else
            look_at(rule, due_ms);
    }
    if (!rule->has_next)
        return;
    rule->has_next = false;
    recurrence_begin(&dates, &rule->recurrence, rule->start, from);
    while (recurrence_next(&dates, &nominal)) {
        if (!weekend_posting_date(rule->weekend, nominal, &posting))
            continue;
        int64_t due_ms = zone_first_ms(rule->zone, posting);
        if (due_ms > now_ms) {
            rule->has_next = true;
            rule->next_nominal = nominal;
            rule->next_posting = posting;
            rule->next_due_ms = due_ms;
            look_at(rule, due_ms);
            return;
        }
        const struct told *told = told_of(rule, nominal);
        if (told == NULL || told->state == OCCURRENCE_SCHEDULED)
            add_due(work, rule, (struct due){nominal, posting, due_ms, told});
    }
}

static int compare_due(const void *a, const void *b)
{
    const struct due *left = a, *right = b;
    if (left->due_ms != right->due_ms)
        return left->due_ms < right->due_ms ? -1 : 1;
    return (left->nominal > right->nominal) - (left->nominal < right->nominal);
}

static void write_out(struct output *output, const struct rule *rule, const struct due *due, int64_t amount,
                      bool post)
{
    size_t at = output->count++;
    output->rules[at] = rule->id;
    output->transactions[at] = id_new();
    output->nominals[at] = due->nominal;
    output->postings[at] = due->posting;
    output->amounts[at] = amount;
    output->states[at] = occurrence_state_name(post ? OCCURRENCE_POSTED : OCCURRENCE_MISSED);
}

/* Enters or misses each due date of a rule; a total that is reached ends it. */
static void decide(struct work *work, struct rule *rule)
{
    qsort(rule->due, rule->due_count, sizeof *rule->due, compare_due);
    int64_t *due_ms = arena_array(work->arena, rule->due_count, sizeof *due_ms);
    bool *post = arena_array(work->arena, rule->due_count, sizeof *post);
    size_t late_max = (size_t)work->policy->late_max;
    for (size_t i = 0; i < rule->due_count; i++)
        due_ms[i] = rule->due[i].due_ms;
    occurrence_catch_up(rule->catch_up, work->policy->now_ms, work->policy->grace_ms, late_max, due_ms,
                        rule->due_count, post);
    for (size_t i = 0; i < rule->due_count; i++) {
        const struct due *due = &rule->due[i];
        int64_t amount = due->told != NULL && due->told->has_amount ? due->told->amount : rule->amount;
        if (!post[i]) {
            if (rule->due_count - i <= 2 * late_max)
                write_out(&work->output, rule, due, amount, false);
            continue;
        }
        int64_t left = occurrence_amount_left(rule->end_total, rule->entered, amount);
        if (left == 0 && amount != 0) {
            rule->ended = true;
            return;
        }
        rule->entered += left;
        write_out(&work->output, rule, due, left, true);
    }
    rule->ended =
        rule->end_total != 0 && occurrence_amount_left(rule->end_total, rule->entered, rule->end_total) == 0;
}

static void decide_all(struct work *work)
{
    size_t most = 0;
    for (size_t i = 0; i < work->count; i++) {
        collect_due(work, &work->rules[i]);
        most += work->rules[i].due_count;
    }
    struct arena *arena = work->arena;
    work->output = (struct output){.rules = arena_array(arena, most, sizeof(struct id)),
                                   .transactions = arena_array(arena, most, sizeof(struct id)),
                                   .nominals = arena_array(arena, most, sizeof(int32_t)),
                                   .postings = arena_array(arena, most, sizeof(int32_t)),
                                   .amounts = arena_array(arena, most, sizeof(int64_t)),
                                   .states = arena_array(arena, most, sizeof(char *))};
    for (size_t i = 0; i < work->count; i++) {
        struct rule *rule = &work->rules[i];
        if (rule->due_count > 0)
            decide(work, rule);
        if (rule->check_ms == 0)
            rule->ended = true;
    }
}

static int enter(struct work *work, struct db *db, struct recurring_tally *tally, struct err *err)
{
    static const char *const may_be_entered[] = {"scheduled", "postponed"};
    struct db_params params;
    struct db_rows rows;
    const struct output *output = &work->output;
    if (output->count == 0)
        return 0;
    db_params_init(&params, work->arena);
    db_add_ids(&params, output->rules, NULL, output->count);
    db_add_dates(&params, output->nominals, NULL, output->count);
    db_add_dates(&params, output->postings, NULL, output->count);
    db_add_ints(&params, output->amounts, NULL, output->count);
    db_add_texts(&params, output->states, output->count);
    db_add_ids(&params, output->transactions, NULL, output->count);
    db_add_time(&params, work->policy->now_ms);
    db_add_int(&params, work->policy->match_days);
    db_add_texts(&params, may_be_entered, sizeof may_be_entered / sizeof *may_be_entered);
    if (db_run(db, &sql_recurring_enter, &params, &rows, err) != 0)
        return -1;
    tally->posted += rows_int(&rows, 0, 0);
    tally->matched += rows_int(&rows, 0, 1);
    tally->missed += rows_int(&rows, 0, 2);
    return 0;
}

static int advance(const struct work *work, struct db *db, const struct id *ids, struct err *err)
{
    struct arena *arena = work->arena;
    size_t count = work->count;
    int32_t *nominals = arena_array(arena, count, sizeof *nominals),
            *postings = arena_array(arena, count, sizeof *postings);
    int64_t *due_ms = arena_array(arena, count, sizeof *due_ms),
            *check_ms = arena_array(arena, count, sizeof *check_ms);
    bool *no_next = arena_array(arena, count, sizeof *no_next),
         *no_check = arena_array(arena, count, sizeof *no_check);
    bool *ended = arena_array(arena, count, sizeof *ended);
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = &work->rules[i];
        nominals[i] = rule->next_nominal;
        postings[i] = rule->next_posting;
        due_ms[i] = rule->next_due_ms;
        check_ms[i] = rule->check_ms;
        ended[i] = rule->ended;
        no_next[i] = rule->ended || !rule->has_next;
        no_check[i] = rule->ended;
    }
    struct db_params params;
    db_params_init(&params, arena);
    db_add_ids(&params, ids, NULL, count);
    db_add_dates(&params, nominals, no_next, count);
    db_add_dates(&params, postings, no_next, count);
    db_add_times(&params, due_ms, no_next, count);
    db_add_times(&params, check_ms, no_check, count);
    db_add_bools(&params, ended, count);
    db_add_time(&params, work->policy->now_ms);
    return db_run(db, &sql_recurring_advance, &params, NULL, err);
}

int recurring_post(struct db *db, struct arena *arena, struct zones *zones,
                   const struct recurring_policy *policy, const struct id *rules, size_t count,
                   struct recurring_tally *tally, struct err *err)
{
    struct work work = {.arena = arena, .zones = zones, .policy = policy};
    struct id *locked;
    if (lock_rules(&work, db, rules, count, err) != 0)
        return -1;
    locked_ids(&work, &locked);
    if (work.count < count) {
        struct db_params params;
        db_params_init(&params, arena);
        db_add_ids(&params, rules, NULL, count);
        db_add_ids(&params, locked, NULL, work.count);
        if (db_run(db, &sql_recurring_leave, &params, NULL, err) != 0)
            return -1;
    }
    if (work.count == 0)
        return 0;
    if (read_told(&work, db, locked, err) != 0)
        return -1;
    decide_all(&work);
    tally->rules += (int64_t)work.count;
    return enter(&work, db, tally, err) == 0 ? advance(&work, db, locked, err) : -1;
}

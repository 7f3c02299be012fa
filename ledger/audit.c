#include "ledger/audit.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "ledger/jobs.h"

enum { PAGE = 1000, PAUSE_MS = 250 };

struct looker {
    struct db *db;
    struct queue *queue;
    struct arena *arena;
};

static int read_rows(struct looker *at, struct audit *audit, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, at->arena);
    if (db_run(at->db, &sql_job_count, &params, &rows, err) != 0)
        return -1;
    for (int i = 0; i < rows.count; i++) {
        enum job_state state;
        int64_t count = rows_int(&rows, i, 1);
        audit->accepted += count;
        if (job_state_find(str_of(rows_text(&rows, i, 0)), &state) != 0)
            continue; /* 'accepted': counted by what Redis says */
        audit->by_state[state] += count;
    }
    return 0;
}

/* Looks at unfinished rows; those without a home, or dead in Redis alone, become suspects. */
static int look_at(struct looker *at, struct audit *audit, const struct id *ids, size_t count,
                   struct id *suspects, size_t *suspect_count, struct err *err)
{
    struct live_state *states = arena_array(at->arena, count, sizeof *states);
    if (queue_states(at->queue, at->arena, ids, count, states, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (states[i].known && !job_state_is_final(states[i].state))
            audit->by_state[states[i].state]++;
        else if (*suspect_count < AUDIT_SUSPECTS_MAX)
            suspects[(*suspect_count)++] = ids[i];
    }
    return 0;
}

static int read_unfinished(struct looker *at, struct audit *audit, struct err *err)
{
    struct id after = {{0}};
    struct jobs_page page = {.count = 1};
    int64_t now_ms = clock_wall_ms() + 1;
    while (page.count > 0) {
        if (jobs_unfinished(at->db, at->arena, &after, now_ms, PAGE, &page, err) != 0)
            return -1;
        if (page.count == 0)
            break;
        if (look_at(at, audit, page.ids, page.count, audit->suspects, &audit->suspect_count, err) != 0)
            return -1;
        after = page.ids[page.count - 1];
    }
    return 0;
}

/* A suspect that has ended, or has come home, is none. */
static int look_again(struct looker *at, struct audit *audit, struct err *err)
{
    struct id *left = arena_array(at->arena, audit->suspect_count, sizeof *left);
    size_t left_count = 0;
    for (size_t from = 0; from < audit->suspect_count; from += PAGE) {
        size_t part = audit->suspect_count - from > PAGE ? PAGE : audit->suspect_count - from;
        struct db_params params;
        struct db_rows rows;
        struct id unfinished[PAGE];
        size_t count = 0;
        db_params_init(&params, at->arena);
        db_add_ids(&params, audit->suspects + from, NULL, part);
        if (db_run(at->db, &sql_job_states, &params, &rows, err) != 0)
            return -1;
        for (int i = 0; i < rows.count; i++) {
            enum job_state state;
            if (job_state_find(str_of(rows_text(&rows, i, 1)), &state) == 0)
                audit->by_state[state]++;
            else
                unfinished[count++] = rows_id(&rows, i, 0);
        }
        if (count > 0 && look_at(at, audit, unfinished, count, left, &left_count, err) != 0)
            return -1;
    }
    memcpy(audit->suspects, left, left_count * sizeof *left);
    audit->suspect_count = left_count;
    return 0;
}

int audit_run(struct db *db, struct queue *queue, struct arena *arena, int64_t patience_ms,
              struct audit *audit, struct err *err)
{
    struct looker at = {db, queue, arena};
    struct db_params params;
    *audit = (struct audit){.suspects = arena_array(arena, AUDIT_SUSPECTS_MAX, sizeof *audit->suspects)};
    db_params_init(&params, arena);
    /* One snapshot of the rows: what is accepted meanwhile is not part of the sum. */
    if (db_begin(db, err) != 0 || db_run(db, &sql_snapshot, &params, NULL, err) != 0 ||
        read_rows(&at, audit, err) != 0 || read_unfinished(&at, audit, err) != 0 || db_commit(db, err) != 0) {
        db_rollback(db);
        return -1;
    }
    for (int64_t until_ms = clock_mono_ms() + patience_ms; audit->suspect_count > 0;) {
        if (look_again(&at, audit, err) != 0)
            return -1;
        if (audit->suspect_count == 0 || clock_mono_ms() >= until_ms)
            break;
        nanosleep(&(struct timespec){0, PAUSE_MS * 1000000}, NULL);
    }
    int64_t sum = 0;
    for (int i = JOB_SCHEDULED; i <= JOB_EXPIRED; i++)
        sum += audit->by_state[i];
    audit->is_balanced = audit->suspect_count == 0 && sum == audit->accepted;
    return 0;
}

const char *audit_json(const struct audit *audit, struct arena *arena)
{
    const char *states = "";
    for (int i = JOB_SCHEDULED; i <= JOB_EXPIRED; i++)
        states = arena_printf(arena, "%s\"%s\":%lld,", states, job_state_name((enum job_state)i),
                              (long long)audit->by_state[i]);
    return arena_printf(arena, "{\"accepted\":%lld,%s\"without_home\":%zu,\"balanced\":%s}",
                        (long long)audit->accepted, states, audit->suspect_count,
                        audit->is_balanced ? "true" : "false");
}

/*
 * purser audit: accepted = done + queued + running + scheduled + retrying + dead + cancelled + expired,
 * PostgreSQL against Redis. Every unfinished row must have a home in Redis, and Redis must not hold one that
 * has ended. What differs is looked at again for a while: work goes on during an audit. Exit 1 when it stays.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/operate.h"
#include "ledger/jobs.h"

enum { PAGE = 1000, PATIENCE_MS = 10000, PAUSE_MS = 250, SUSPECTS_MAX = 100000 };

struct audit {
    int64_t rows, by_state[JOB_EXPIRED + 1];
    struct id *suspects; /* rows whose home is not where it should be */
    size_t suspect_count;
};

static int read_rows(struct operate *operate, struct audit *audit, struct err *err)
{
    struct db_params params;
    struct db_rows rows;
    db_params_init(&params, &operate->arena);
    if (db_run(operate->db, &sql_job_count, &params, &rows, err) != 0)
        return -1;
    for (int i = 0; i < rows.count; i++) {
        enum job_state state;
        int64_t count = rows_int(&rows, i, 1);
        audit->rows += count;
        if (job_state_find(str_of(rows_text(&rows, i, 0)), &state) != 0)
            continue; /* 'accepted': counted by what Redis says */
        audit->by_state[state] += count;
    }
    return 0;
}

/* Looks at unfinished rows; those without a home, or dead in Redis alone, become suspects. */
static int look_at(struct operate *operate, struct audit *audit, const struct id *ids, size_t count,
                   struct id *suspects, size_t *suspect_count, struct err *err)
{
    struct live_state *states = arena_array(&operate->arena, count, sizeof *states);
    if (queue_states(operate->queue, &operate->arena, ids, count, states, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (states[i].known && !job_state_is_final(states[i].state))
            audit->by_state[states[i].state]++;
        else if (*suspect_count < SUSPECTS_MAX)
            suspects[(*suspect_count)++] = ids[i];
    }
    return 0;
}

static int read_unfinished(struct operate *operate, struct audit *audit, struct err *err)
{
    struct id after = {{0}};
    struct jobs_page page = {.count = 1};
    int64_t now_ms = clock_wall_ms() + 1;
    while (page.count > 0) {
        if (jobs_unfinished(operate->db, &operate->arena, &after, now_ms, PAGE, &page, err) != 0)
            return -1;
        if (page.count == 0)
            break;
        if (look_at(operate, audit, page.ids, page.count, audit->suspects, &audit->suspect_count, err) != 0)
            return -1;
        after = page.ids[page.count - 1];
    }
    return 0;
}

/* A suspect that has ended, or has come home, is none. */
static int look_again(struct operate *operate, struct audit *audit, struct err *err)
{
    struct id *left = arena_array(&operate->arena, audit->suspect_count, sizeof *left);
    size_t left_count = 0;
    for (size_t at = 0; at < audit->suspect_count; at += PAGE) {
        size_t part = audit->suspect_count - at > PAGE ? PAGE : audit->suspect_count - at;
        struct db_params params;
        struct db_rows rows;
        struct id unfinished[PAGE];
        size_t count = 0;
        db_params_init(&params, &operate->arena);
        db_add_ids(&params, audit->suspects + at, NULL, part);
        if (db_run(operate->db, &sql_job_states, &params, &rows, err) != 0)
            return -1;
        for (int i = 0; i < rows.count; i++) {
            enum job_state state;
            if (job_state_find(str_of(rows_text(&rows, i, 1)), &state) == 0)
                audit->by_state[state]++;
            else
                unfinished[count++] = rows_id(&rows, i, 0);
        }
        if (count > 0 && look_at(operate, audit, unfinished, count, left, &left_count, err) != 0)
            return -1;
    }
    memcpy(audit->suspects, left, left_count * sizeof *left);
    audit->suspect_count = left_count;
    return 0;
}

static int report(struct operate *operate, const struct audit *audit)
{
    int64_t sum = 0;
    const char *states = "";
    for (int i = JOB_SCHEDULED; i <= JOB_EXPIRED; i++) {
        sum += audit->by_state[i];
        states = arena_printf(&operate->arena, "%s\"%s\":%lld,", states, job_state_name((enum job_state)i),
                              (long long)audit->by_state[i]);
    }
    bool is_balanced = audit->suspect_count == 0 && sum == audit->rows;
    show_json(arena_printf(&operate->arena, "{\"accepted\":%lld,%s\"without_home\":%zu,\"balanced\":%s}",
                           (long long)audit->rows, states, audit->suspect_count,
                           is_balanced ? "true" : "false"),
              operate->as_json);
    for (size_t i = 0; i < audit->suspect_count && i < 20; i++) {
        char text[ID_TEXT_SIZE];
        id_format(&audit->suspects[i], text);
        fprintf(stderr, "without a home: %s\n", text);
    }
    return is_balanced ? EXIT_OK : EXIT_FAILED;
}

static int audit_all(struct operate *operate, struct err *err)
{
    static struct audit audit;
    /* One snapshot of the rows: what is accepted meanwhile is not part of the sum. */
    if (operate_database(operate, err) != 0)
        return EXIT_FAILED;
    audit.suspects = arena_array(&operate->arena, SUSPECTS_MAX, sizeof *audit.suspects);
    struct db_params params;
    db_params_init(&params, &operate->arena);
    if (db_begin(operate->db, err) != 0 || db_run(operate->db, &sql_snapshot, &params, NULL, err) != 0 ||
        read_rows(operate, &audit, err) != 0 || read_unfinished(operate, &audit, err) != 0 ||
        db_commit(operate->db, err) != 0)
        return EXIT_FAILED;
    for (int64_t until_ms = clock_mono_ms() + PATIENCE_MS; audit.suspect_count > 0;) {
        if (look_again(operate, &audit, err) != 0)
            return EXIT_FAILED;
        if (audit.suspect_count == 0 || clock_mono_ms() >= until_ms)
            break;
        nanosleep(&(struct timespec){0, PAUSE_MS * 1000000}, NULL);
    }
    return report(operate, &audit);
}

static int run(int argc, char **argv, struct err *err)
{
    struct operate operate;
    int code = EXIT_FAILED;
    if (operate_open(&operate, &argc, argv, err) == 0)
        code = argc == 1 ? audit_all(&operate, err) : EXIT_USAGE;
    operate_close(&operate);
    return code;
}

const struct command command_audit = {
    .name = "audit",
    .usage = "[--json]",
    .summary = "Count that every accepted job is somewhere: done, waiting, running or dead; exit 1 when one "
               "is missing",
    .run = run,
};

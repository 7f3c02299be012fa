/* purser migrate: brings the database of PURSER_DATABASE_URL to this program's form. */

#include "db/migrate.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/command.h"
#include "ledger/jobs.h"

/* The days around now, which the scheduler would make when it comes up: programs that start at the same time
 * need not find them in the making. */
static int make_partitions(struct db *db, struct err *err)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    struct arena arena;
    arena_init(&arena);
    int64_t now_ms = clock_wall_ms();
    int failed = jobs_make_partitions(db, &arena, now_ms - DAY_MS, now_ms + 3 * DAY_MS, err);
    arena_free(&arena);
    return failed;
}

static int run(int argc, char **argv, struct err *err)
{
    (void)argv;
    if (argc != 1)
        return EXIT_USAGE;
    struct db *db = db_open(settings.database_url, err);
    if (db == NULL)
        return EXIT_FAILED;
    int applied = 0, failed = migrate_run(db, &applied, err);
    if (failed == 0)
        failed = make_partitions(db, err);
    db_close(db);
    if (failed != 0)
        return EXIT_FAILED;
    printf("%d migration%s applied\n", applied, applied == 1 ? "" : "s");
    return EXIT_OK;
}

const struct command command_migrate = {
    .name = "migrate", .usage = "", .summary = "Apply the migrations that the database lacks", .run = run};

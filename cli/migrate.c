/* purser migrate: brings the database of PURSER_DATABASE_URL to this program's form. */

#include "db/migrate.h"

#include <stdio.h>

#include "base/settings.h"
#include "cli/command.h"

static int run(int argc, char **argv, struct err *err)
{
    (void)argv;
    if (argc != 1)
        return EXIT_USAGE;
    struct db *db = db_open(settings.database_url, err);
    if (db == NULL)
        return EXIT_FAILED;
    int applied = 0, failed = migrate_run(db, &applied, err);
    db_close(db);
    if (failed != 0)
        return EXIT_FAILED;
    printf("%d migration%s applied\n", applied, applied == 1 ? "" : "s");
    return EXIT_OK;
}

const struct command command_migrate = {
    .name = "migrate", .usage = "", .summary = "Apply the migrations that the database lacks", .run = run};

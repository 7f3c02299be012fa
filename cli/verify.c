/*
 * purser verify [--repair]: recounts everybody's monthly sums out of the rows and tells each that differs.
 * The scheduler does the same in slices; this does it now. Exit 0: all agree, or were repaired; 1: some
 * differ; 3: it could not look.
 */

#include <stdio.h>
#include <string.h>

#include "base/settings.h"
#include "cli/command.h"
#include "finance/date.h"
#include "ledger/statistics.h"

enum { SLICE_PEOPLE = 100, EXIT_UNKNOWN = 3 };

static void print_difference(const struct rollup_difference *difference)
{
    char user[ID_TEXT_SIZE], account[ID_TEXT_SIZE], category[ID_TEXT_SIZE], month[DATE_TEXT_SIZE];
    id_format(&difference->user, user);
    id_format(&difference->account, account);
    id_format(&difference->category, category);
    date_format(difference->month, month);
    printf(
        "user=%s month=%.7s account=%s category=%s currency=%s transfer=%d pending=%d: kept %s; counted %s\n",
        user, month, account, category, difference->currency, difference->is_transfer, difference->is_pending,
        difference->kept, difference->counted);
}

/* Repairs each person that has a difference; they come grouped in no order, so each is repaired once by what
 * it returns: a second repair finds nothing. */
static int repair_all(struct db *db, struct arena *arena, const struct rollup_check *check, struct err *err)
{
    for (size_t i = 0; i < check->count; i++) {
        int64_t sums;
        if (statistics_repair(db, arena, &check->differences[i].user, &sums, err) != 0)
            return -1;
    }
    return 0;
}

static int verify(struct db *db, bool repair, size_t *differences, struct err *err)
{
    struct id after;
    struct rollup_check check;
    *differences = 0;
    for (bool is_first = true;; is_first = false) {
        struct arena arena;
        arena_init(&arena);
        int result = statistics_check(db, &arena, is_first ? NULL : &after, SLICE_PEOPLE, &check, err);
        for (size_t i = 0; result == 0 && i < check.count; i++)
            print_difference(&check.differences[i]);
        if (result == 0 && repair)
            result = repair_all(db, &arena, &check, err);
        *differences += result == 0 ? check.count : 0;
        after = check.last_user;
        arena_free(&arena);
        if (result != 0 || check.is_end)
            return result;
    }
}

static int run(int argc, char **argv, struct err *err)
{
    bool repair = argc == 2 && strcmp(argv[1], "--repair") == 0;
    if (argc != 1 && !repair)
        return EXIT_USAGE;
    size_t differences;
    struct db *db = db_open(settings.database_url, err);
    if (db == NULL)
        return EXIT_UNKNOWN;
    int result = verify(db, repair, &differences, err);
    db_close(db);
    if (result != 0)
        return EXIT_UNKNOWN;
    printf("%zu sums differ from a recount%s\n", differences, differences > 0 && repair ? "; repaired" : "");
    return differences == 0 || repair ? EXIT_OK : EXIT_FAILED;
}

const struct command command_verify = {
    .name = "verify",
    .usage = "[--repair]",
    .summary = "Recount everybody's monthly sums out of the rows and tell what differs",
    .run = run,
};

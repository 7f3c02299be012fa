/*
 * purser recurring preview RULE START [COUNT [WEEKEND]]: the dates of a rule, and on which date each is
 * posted. purser recurring due: enters now what is due, without the queue: for an operator whose Redis is
 * down, and for tests; the other verbs talk to an instance (cli/recurring_rules). Any number may run at once,
 * beside schedulers and workers.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/settings.h"
#include "cli/command.h"
#include "cli/recurring_rules.h"
#include "finance/recurrence.h"
#include "finance/weekend.h"
#include "ledger/recurring.h"

enum { PREVIEW_DEFAULT = 12, PREVIEW_MAX = 10000, BATCH_RULES = 500 };

static int preview(int argc, char **argv, struct err *err)
{
    struct recurrence rule;
    struct recurrence_iterator dates;
    enum weekend_rule weekend = WEEKEND_NONE;
    int64_t count = PREVIEW_DEFAULT;
    int32_t start, nominal, posting;
    if (argc < 2 || argc > 4)
        return EXIT_USAGE;
    if (recurrence_parse(str_of(argv[0]), &rule, err) != 0)
        return EXIT_FAILED;
    if (date_parse(str_of(argv[1]), &start) != 0 ||
        (argc > 2 && (str_to_int(str_of(argv[2]), &count) != 0 || count < 1 || count > PREVIEW_MAX)) ||
        (argc > 3 && weekend_parse(str_of(argv[3]), &weekend) != 0))
        return EXIT_USAGE;
    recurrence_begin(&dates, &rule, start, start);
    while (count-- > 0 && recurrence_next(&dates, &nominal)) {
        char text[DATE_TEXT_SIZE], posted[DATE_TEXT_SIZE] = "";
        date_format(nominal, text);
        if (weekend_posting_date(weekend, nominal, &posting))
            date_format(posting, posted);
        printf(argc > 3 ? "%s %s\n" : "%s\n", text, posted);
    }
    return EXIT_OK;
}

/* One batch in one transaction; *count: how many rules there were. */
static int post_batch(struct db *db, struct arena *arena, struct zones *zones, size_t *count,
                      struct recurring_tally *tally, struct err *err)
{
    struct id *rules;
    struct recurring_policy policy = recurring_policy_now(clock_wall_ms());
    struct recurring_tally batch = {0};
    if (db_begin(db, err) != 0)
        return -1;
    if (recurring_claim(db, arena, policy.now_ms, BATCH_RULES, &rules, count, err) != 0 ||
        recurring_post(db, arena, zones, &policy, rules, *count, &batch, err) != 0 ||
        db_commit(db, err) != 0) {
        db_rollback(db);
        return -1;
    }
    tally->rules += batch.rules;
    tally->posted += batch.posted;
    tally->matched += batch.matched;
    tally->missed += batch.missed;
    return 0;
}

static int post_due(struct err *err)
{
    struct recurring_tally tally = {0};
    struct zones zones;
    size_t count = 0;
    struct db *db = db_open(settings.database_url, err);
    if (db == NULL)
        return EXIT_FAILED;
    zones_open(&zones, ZONE_DIRECTORY);
    int result;
    do {
        struct arena arena;
        arena_init(&arena);
        result = post_batch(db, &arena, &zones, &count, &tally, err);
        arena_free(&arena);
    } while (result == 0 && count > 0);
    zones_close(&zones);
    db_close(db);
    printf("%lld rules: %lld entered, %lld met by a row of the bank, %lld missed\n", (long long)tally.rules,
           (long long)tally.posted, (long long)tally.matched, (long long)tally.missed);
    return result == 0 ? EXIT_OK : EXIT_FAILED;
}

static int run(int argc, char **argv, struct err *err)
{
    if (argc >= 2 && strcmp(argv[1], "preview") == 0)
        return preview(argc - 2, argv + 2, err);
    if (argc == 2 && strcmp(argv[1], "due") == 0)
        return post_due(err);
    return verb_run(recurring_rules_verbs, recurring_rules_options, argc, argv, err);
}

const struct command command_recurring = {
    .name = "recurring",
    .usage = "list | suggest [--json]\n"
             "       purser recurring add AMOUNT DESCRIPTION RULE START [--account NAME] [--category NAME]\n"
             "                            [--weekend RULE] [--catch-up POLICY]\n"
             "       purser recurring dates ID [--json]\n"
             "       purser recurring skip ID DATE | post ID DATE | postpone ID DATE TO\n"
             "       purser recurring pause ID | resume ID | delete ID\n"
             "       purser recurring preview RULE START [COUNT [WEEKEND]]\n"
             "       purser recurring due",
    .summary = "Recurring entries: add a rule, show its dates, skip, enter or move one, pause, delete; enter "
               "what is due",
    .run = run,
};

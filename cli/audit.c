/* purser audit: counts that every accepted job is somewhere (ledger/audit.h). Exit 1 when one is missing. */
#include "ledger/audit.h"

#include <stdio.h>

#include "cli/operate.h"

enum { PATIENCE_MS = 10000, NAMED_MAX = 20 };

static int run(struct operate *operate, int argc, char **argv, struct err *err)
{
    static struct audit audit;
    (void)argv;
    if (argc != 1)
        return EXIT_USAGE;
    if (operate_database(operate, err) != 0 ||
        audit_run(operate->db, operate->queue, &operate->arena, PATIENCE_MS, &audit, err) != 0)
        return EXIT_FAILED;
    show_json(audit_json(&audit, &operate->arena), operate->as_json);
    for (size_t i = 0; i < audit.suspect_count && i < NAMED_MAX; i++) {
        char text[ID_TEXT_SIZE];
        id_format(&audit.suspects[i], text);
        fprintf(stderr, "without a home: %s\n", text);
    }
    return audit.is_balanced ? EXIT_OK : EXIT_FAILED;
}

const struct command command_audit = {
    .name = "audit",
    .usage = "[--json]",
    .summary = "Count that every accepted job is somewhere: done, waiting, running or dead; exit 1 when one "
               "is missing",
    .operate = run,
};

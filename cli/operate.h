#ifndef CLI_OPERATE_H
#define CLI_OPERATE_H

/* What the operator's commands of the queue share: their connections, and calls that they print. */

#include "cli/command.h"
#include "cli/show.h"
#include "db/db.h"
#include "queue/queue.h"
#include "queue/report.h"

struct operate {
    struct arena arena;
    struct db *db; /* NULL until operate_database */
    struct queue *queue;
    bool as_json;
};

/* Takes --json out of argv, connects to Redis and runs a command's operate. Gives the exit code. */
int operate_run(int (*run)(struct operate *operate, int argc, char **argv, struct err *err), int argc,
                char **argv, struct err *err);

/* Connects to PostgreSQL, unless it is. */
int operate_database(struct operate *operate, struct err *err) MUST_CHECK;

/* purser_NAME with texts; ends with NULL. NULL with err when it failed. */
const redisReply *operate_call(struct operate *operate, struct err *err, const char *name, ...);

/* purser_control until nothing is held back any more. */
int operate_control(struct operate *operate, const char *field, const char *value,
                    struct err *err) MUST_CHECK;

/* Dead jobs run again: first their rows, then in Redis. A job that Redis lost is put by the scheduler.
 * *revived: how many. */
int operate_retry(struct operate *operate, const struct id *ids, size_t count, int64_t *revived,
                  struct err *err) MUST_CHECK;

#endif

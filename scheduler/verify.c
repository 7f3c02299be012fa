/* The monthly sums against a recount, some people at a time, round and round. A difference is an alarm, and
 * is repaired. */
#include "base/log.h"
#include "base/settings.h"
#include "finance/date.h"
#include "ledger/statistics.h"
#include "scheduler/periodic.h"

static void tell(const struct rollup_difference *difference)
{
    char user[ID_TEXT_SIZE], account[ID_TEXT_SIZE], category[ID_TEXT_SIZE], month[DATE_TEXT_SIZE];
    id_format(&difference->user, user);
    id_format(&difference->account, account);
    id_format(&difference->category, category);
    date_format(difference->month, month);
    log_error("rollup_differs", LOG_TEXT("user", user), LOG_TEXT("month", month),
              LOG_TEXT("account", account), LOG_TEXT("category", category),
              LOG_TEXT("currency", difference->currency), LOG_INT("transfer", difference->is_transfer),
              LOG_INT("pending", difference->is_pending), LOG_TEXT("kept", difference->kept),
              LOG_TEXT("counted", difference->counted));
}

int verify_slice(struct periodic_context *context, int64_t slot_ms, struct err *err)
{
    struct rollup_check check;
    struct id after;
    bool is_first;
    (void)slot_ms;
    if (statistics_walk_read(context->db, context->arena, &after, &is_first, err) != 0 ||
        statistics_check(context->db, context->arena, is_first ? NULL : &after, settings.verify_people,
                         &check, err) != 0)
        return -1;
    for (size_t i = 0; i < check.count; i++) {
        int64_t sums;
        tell(&check.differences[i]);
        if (statistics_repair(context->db, context->arena, &check.differences[i].user, &sums, err) != 0)
            return -1;
    }
    return statistics_walk_write(context->db, context->arena, check.is_end ? NULL : &check.last_user, err);
}

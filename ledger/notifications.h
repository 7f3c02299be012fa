#ifndef LEDGER_NOTIFICATIONS_H
#define LEDGER_NOTIFICATIONS_H

#include <stdint.h>

#include "finance/zone.h"

/* When a person's quiet hours end, in ms; 0 when it is not quiet. from and to: minutes of the local day, to
 * being the first that is not quiet; from < 0: none. A zone that can't be read has no quiet hours. */
int64_t notification_quiet_until(const char *timezone, int64_t from, int64_t to, int64_t now_ms);

/* The next instant behind now_ms, in ms, at which clocks of the zone show this minute of the day, or jump
 * over it. */
int64_t notification_next(const struct zone *zone, int64_t minute, int64_t now_ms);

#endif

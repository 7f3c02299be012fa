#include "ledger/notifications.h"

#include "finance/zone.h"

enum { DAY_MINUTES = 24 * 60, MINUTE_MS = 60000 };

int64_t notification_quiet_until(const char *timezone, int64_t from, int64_t to, int64_t now_ms)
{
    int64_t until = 0;
    struct zones zones;
    struct err ignored;
    if (from < 0 || from == to)
        return 0;
    zones_open(&zones, ZONE_DIRECTORY);
    const struct zone *zone = zones_find(&zones, str_of(timezone), &ignored);
    if (zone != NULL) {
        int64_t local_ms = now_ms + (int64_t)zone_offset_s(zone, now_ms) * 1000;
        int64_t minute = local_ms / MINUTE_MS % DAY_MINUTES;
        int64_t since = (minute - from + DAY_MINUTES) % DAY_MINUTES;
        int64_t length = (to - from + DAY_MINUTES) % DAY_MINUTES;
        if (since < length)
            until = now_ms - now_ms % MINUTE_MS + (length - since) * MINUTE_MS;
    }
    zones_close(&zones);
    return until;
}

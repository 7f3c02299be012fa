#include "ledger/notifications.h"

enum { DAY_MINUTES = 24 * 60, MINUTE_MS = 60000 };

static int64_t minute_of(const struct zone *zone, int64_t at_ms)
{
    return (at_ms + (int64_t)zone_offset_s(zone, at_ms) * 1000) / MINUTE_MS % DAY_MINUTES;
}

/* The next instant at which the person's clock shows `minute`. */
int64_t notification_next(const struct zone *zone, int64_t minute, int64_t now_ms)
{
    int32_t today = zone_date(zone, now_ms);
    int64_t at_ms = zone_reaches_ms(zone, today, (int)minute);
    return at_ms > now_ms ? at_ms : zone_reaches_ms(zone, today + 1, (int)minute);
}

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
        int64_t since = (minute_of(zone, now_ms) - from + DAY_MINUTES) % DAY_MINUTES;
        int64_t length = (to - from + DAY_MINUTES) % DAY_MINUTES;
        /* As clocks run on; where they are put forward or back on the way, by what they show then. */
        int64_t plain = now_ms - now_ms % MINUTE_MS + (length - since) * MINUTE_MS;
        if (since < length)
            until = minute_of(zone, plain) == to ? plain : notification_next(zone, to, now_ms);
    }
    zones_close(&zones);
    return until;
}

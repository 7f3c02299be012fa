#include "finance/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "finance/date.h"

/* The Gregorian calendar, weekdays included, repeats after 400 years: a rule written out for so long serves
 * for ever. */
#define CYCLE_S (INT64_C(146097) * 86400)

enum { DAY_S = 86400, FILE_MAX = 65536, CYCLE_YEARS = 400 };

void zones_open(struct zones *zones, const char *directory)
{
    *zones = (struct zones){.directory = directory};
    arena_init(&zones->arena);
}

void zones_close(struct zones *zones)
{
    arena_free(&zones->arena);
}

static int64_t big_endian(const uint8_t *data, size_t size)
{
    uint64_t value = (data[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | data[i];
    return (int64_t)value;
}

/* The six counts of a header (RFC 9636 §3.1) and the size of the block behind it. */
struct header {
    size_t ut_count, std_count, leap_count, time_count, type_count, char_count, size;
    uint8_t version;
};

static int read_header(const uint8_t *data, size_t size, size_t time_size, struct header *header)
{
    if (size < 44 || memcmp(data, "TZif", 4) != 0)
        return -1;
    size_t counts[6];
    for (size_t i = 0; i < 6; i++) {
        counts[i] = (size_t)big_endian(data + 20 + 4 * i, 4);
        if (counts[i] > FILE_MAX)
            return -1;
    }
    *header = (struct header){counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], 0, data[4]};
    header->size = header->time_count * (time_size + 1) + header->type_count * 6 + header->char_count +
                   header->leap_count * (time_size + 4) + header->std_count + header->ut_count;
    return header->type_count == 0 || header->size > size - 44 ? -1 : 0;
}

static void add_change(struct zone *zone, struct zone_change change)
{
    if (zone->count == 0 ? change.offset_s != zone->offset_s
                         : change.offset_s != zone->changes[zone->count - 1].offset_s)
        zone->changes[zone->count++] = change;
}

/* Writes the rule out for a cycle of years behind the last change of the file. */
static void carry_on(struct zone *zone, const struct zone_rule *rule, int64_t last_s)
{
    int year, month, day;
    date_to_civil((int32_t)(last_s / DAY_S), &year, &month, &day);
    for (int i = 0; i <= CYCLE_YEARS + 1; i++) {
        struct zone_change changes[2];
        size_t count = zone_rule_changes(rule, year + i, changes);
        for (size_t j = 0; j < count; j++)
            if (changes[j].at_s > last_s)
                add_change(zone, changes[j]);
    }
}

/* Fills `zone` from a file's bytes. -1 when they are no TZif file of version 2 or later without leap seconds.
 */
static int read_tzif(struct arena *arena, struct zone *zone, const uint8_t *data, size_t size)
{
    struct header header;
    if (read_header(data, size, 4, &header) != 0 || header.version < '2')
        return -1;
    data += 44 + header.size;
    size -= 44 + header.size;
    if (read_header(data, size, 8, &header) != 0 || header.leap_count > 0)
        return -1;
    const uint8_t *times = data + 44, *indexes = times + 8 * header.time_count,
                  *types = indexes + header.time_count;
    const uint8_t *footer = data + 44 + header.size, *end = data + size;
    zone->changes = arena_array(arena, header.time_count + 2 * (CYCLE_YEARS + 2), sizeof *zone->changes);
    zone->offset_s = (int32_t)big_endian(types, 4);
    int64_t last_s = 0;
    for (size_t i = 0; i < header.time_count; i++) {
        if (indexes[i] >= header.type_count)
            return -1;
        last_s = big_endian(times + 8 * i, 8);
        add_change(zone, (struct zone_change){last_s, (int32_t)big_endian(types + 6 * indexes[i], 4)});
    }
    const uint8_t *stop =
        footer < end && *footer == '\n' ? memchr(footer + 1, '\n', (size_t)(end - footer - 1)) : NULL;
    if (stop == NULL)
        return -1;
    struct zone_rule rule;
    struct str text = {(const char *)footer + 1, (size_t)(stop - footer - 1)};
    if (text.size == 0)
        return 0;
    if (zone_rule_parse(text, &rule) != 0)
        return -1;
    zone->repeats = rule.has_summer;
    if (rule.has_summer)
        carry_on(zone, &rule, last_s);
    return 0;
}

static int read_file(const char *path, uint8_t *data, size_t *size)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(file);
        errno = ENOENT;
        return -1;
    }
    ssize_t got = 0;
    for (*size = 0; *size < FILE_MAX && (got = read(file, data + *size, FILE_MAX - *size)) > 0;)
        *size += (size_t)got;
    int error = errno;
    close(file);
    errno = error;
    return got < 0 ? -1 : 0;
}

/* Only what can be a zone's name: no dots, no slash in front, no way out of the folder. */
static bool is_name(struct str name)
{
    if (name.size == 0 || name.size > ZONE_NAME_MAX || name.data[0] == '/' || name.data[name.size - 1] == '/')
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '/' && c != '_' && c != '-' && c != '+')
            return false;
    }
    return true;
}

const struct zone *zones_find(struct zones *zones, struct str name, struct err *err)
{
    for (struct zone *zone = zones->list; zone != NULL; zone = zone->next)
        if (str_equal(name, str_of(zone->name)))
            return zone;
    uint8_t data[FILE_MAX];
    char path[4096];
    size_t size;
    int shown = (int)(name.size > ZONE_NAME_MAX ? ZONE_NAME_MAX : name.size);
    snprintf(path, sizeof path, "%s/%.*s", zones->directory, shown, name.data);
    errno = ENOENT;
    if (!is_name(name) || read_file(path, data, &size) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            err_set(err, ERR_REJECT, "\"%.*s\" is no IANA time zone", shown, name.data);
        else
            err_set(err, ERR_RETRY, "can't read the time zone file %.200s: %s", path, strerror(errno));
        return NULL;
    }
    struct zone *zone = arena_alloc(&zones->arena, sizeof *zone);
    if (read_tzif(&zones->arena, zone, data, size) != 0) {
        err_set(err, ERR_REJECT, "\"%.*s\" is no IANA time zone", shown, name.data);
        return NULL;
    }
    zone->name = arena_printf(&zones->arena, "%.*s", shown, name.data);
    zone->next = zones->list;
    zones->list = zone;
    return zone;
}

/* How many changes lie at or before an instant. */
static size_t changes_until(const struct zone *zone, int64_t at_s)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (zone->changes[middle].at_s <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t offset_behind(const struct zone *zone, size_t changes)
{
    return changes == 0 ? zone->offset_s : zone->changes[changes - 1].offset_s;
}

/* Moves an instant behind the written-out years back into them by whole cycles; returns by how much. */
static int64_t fold(const struct zone *zone, int64_t at_s)
{
    if (!zone->repeats)
        return 0;
    int64_t over = at_s - zone->changes[zone->count - 1].at_s;
    return over <= 0 ? 0 : (over / CYCLE_S + 1) * CYCLE_S;
}

static int64_t floor_seconds(int64_t wall_ms)
{
    return wall_ms / 1000 - (wall_ms % 1000 < 0);
}

int32_t zone_offset_s(const struct zone *zone, int64_t wall_ms)
{
    int64_t at_s = floor_seconds(wall_ms);
    return offset_behind(zone, changes_until(zone, at_s - fold(zone, at_s)));
}

int32_t zone_date(const struct zone *zone, int64_t wall_ms)
{
    int64_t local = floor_seconds(wall_ms) + zone_offset_s(zone, wall_ms);
    return (int32_t)(local / DAY_S - (local % DAY_S < 0));
}

int64_t zone_first_ms(const struct zone *zone, int32_t date)
{
    return zone_reaches_ms(zone, date, 0);
}

int64_t zone_reaches_ms(const struct zone *zone, int32_t date, int minute)
{
    /* Offsets stay within ±26 hours (RFC 9636 §3.2), so two days before it is surely not that time yet. */
    int64_t local = (int64_t)date * DAY_S + (int64_t)minute * 60, folded = fold(zone, local + 2 * DAY_S);
    local -= folded;
    for (size_t i = changes_until(zone, local - 2 * DAY_S);; i++) {
        int64_t first = local - offset_behind(zone, i);
        if (i > 0 && zone->changes[i - 1].at_s > first)
            first = zone->changes[i - 1].at_s;
        if (i == zone->count || first < zone->changes[i].at_s)
            return (first + folded) * 1000;
    }
}

#ifndef FINANCE_ZONE_H
#define FINANCE_ZONE_H

/*
 * IANA time zones: which instant a local date begins at, and which date an instant falls on. Read from the
 * system's tzdata (TZif files, RFC 9636), with the rule at a file's end (POSIX TZ) carried on for ever.
 * libical's own zones turn the file into VTIMEZONE rules and lose history on the way, so the files are read
 * here.
 *
 * zones_find reads a file the first time; the rest is pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/err.h"
#include "base/str.h"

#define ZONE_DIRECTORY "/usr/share/zoneinfo"
enum { ZONE_NAME_MAX = 64 };

struct zone_change {
    int64_t at_s;     /* from this second since 1970 on */
    int32_t offset_s; /* local time is so much ahead of UTC */
};

struct zone {
    const char *name;
    int32_t offset_s; /* before the first change */
    size_t count;
    struct zone_change *changes; /* ascending */
    bool repeats;                /* the last 400 years of changes go on for ever */
    struct zone *next;
};

/* Zones that were read, each kept until zones_close: there are fewer than 600. One a process or thread. */
struct zones {
    struct arena arena;
    const char *directory;
    struct zone *list;
};

/* directory: ZONE_DIRECTORY, or another for a test. */
void zones_open(struct zones *zones, const char *directory);
void zones_close(struct zones *zones);

/* The zone of a name ("Europe/Berlin", "UTC"; the file system decides on case). ERR_REJECT when there is none
 * of that name, ERR_RETRY when its file can't be read. Owned by `zones`. */
const struct zone *zones_find(struct zones *zones, struct str name, struct err *err);

/* The first instant, in milliseconds since 1970, of a local date. Where clocks jump over midnight that is the
 * moment they jump to; of a date that the zone left out (Pacific/Apia, 2011-12-30) the first moment behind
 * it. */
int64_t zone_first_ms(const struct zone *zone, int32_t date);

/* The first instant, in milliseconds since 1970, at which local clocks show this minute of a date (0 to 1439)
 * or have jumped over it: of a time that comes twice the first. */
int64_t zone_reaches_ms(const struct zone *zone, int32_t date, int minute);

/* The local date of an instant. */
int32_t zone_date(const struct zone *zone, int64_t wall_ms);

/* Seconds that local time is ahead of UTC at an instant. */
int32_t zone_offset_s(const struct zone *zone, int64_t wall_ms);

/* Shared between zone.c and zone_rule.c. The POSIX TZ rule at a file's end: changes of one year, in order of
 * time. */
struct zone_rule {
    int32_t standard_s, summer_s; /* offsets ahead of UTC */
    bool has_summer;
    struct zone_rule_day {
        char kind; /* 'M', 'J' or '0' */
        int month, week, weekday, day;
        int32_t time_s;
    } start, end; /* of summer time, in local time of the moment before */
};

/* "CET-1CEST,M3.5.0,M10.5.0/3". -1 when it is not understood. */
int zone_rule_parse(struct str text, struct zone_rule *rule) MUST_CHECK;

/* The two changes of a year, ascending; 0 when the rule has no summer time. */
size_t zone_rule_changes(const struct zone_rule *rule, int year, struct zone_change changes[2]);

#endif

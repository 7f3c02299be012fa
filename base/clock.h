#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/*
 * The one place where time comes from. SQL never calls now(): the time is a parameter, so that a test that
 * sets the clock sets it for the whole house.
 */

#include <stdint.h>

#include "base/err.h"

/* Milliseconds since 1970-01-01T00:00:00Z, moved by the clock file's offset when there is one. */
int64_t clock_wall_ms(void);

/* Milliseconds of a clock that never goes back, from no particular start. For intervals and timeouts. Never
 * moved. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* Maps `path`, a file of one native 8-byte integer: milliseconds added to clock_wall_ms. A test writes to it
 * and every process that mapped it sees the new time at once. NULL or "" does nothing. */
int clock_use_file(const char *path, struct err *err) MUST_CHECK;

/* For tests within one process: clock_wall_ms is `ms` later from now on, also than before. Does nothing once
 * a clock file is used. */
void clock_move(int64_t ms);

/* "2026-11-21T09:30:00.123Z" (RFC 3339) into text. */
enum { CLOCK_TEXT_SIZE = 25 };
void clock_format(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);

#endif

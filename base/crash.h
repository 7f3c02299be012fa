#ifndef BASE_CRASH_H
#define BASE_CRASH_H

/*
 * Named places at which a test lets a program kill itself (PURSER_CRASH_AT), to show that a crash there loses
 * and doubles nothing. tests/chaos/test_queue_crash_points.py and test_api_crash_points.py walk all
 * of them.
 */

/* SIGKILL to this process when PURSER_CRASH_AT is `name`, or `name:N` at the N-th time it comes by, or
 * `name:N:PATH`: then only if it can make the file, so that of all processes only one dies. */
void crash_point(const char *name);

#endif

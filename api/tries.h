#ifndef API_TRIES_H
#define API_TRIES_H

/* Wrong passwords by name, within a window of time: a bounded table of one process. Names are hashed under a
 * random key, so that nobody can choose names that share a place; when two do, they share a count. */

#include <stdbool.h>
#include <stdint.h>

struct tries;

/* max wrong passwords within window_ms; then a name waits for the window's end. */
struct tries *tries_new(int64_t max, int64_t window_ms);
void tries_free(struct tries *tries);

/* 0, or in how many ms the name may be tried again. */
int64_t tries_wait_ms(const struct tries *tries, const char *name, int64_t now_ms);

/* A wrong password; and that the right one came. */
void tries_add(struct tries *tries, const char *name, int64_t now_ms);
void tries_forget(struct tries *tries, const char *name);

#endif

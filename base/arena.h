#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * Memory that is freed all at once. A request owns one, a job batch owns one; handlers allocate and never
 * free. Allocation never returns NULL: when the system has no memory the process aborts, and what it did not
 * commit is done again by another. The size of what a stranger can make us allocate is bounded where his
 * input comes in, not here.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct arena {
    struct arena_block *blocks;
    struct arena_deferred *deferred;
    size_t used; /* bytes handed out since init or the last reset */
};

void arena_init(struct arena *arena);

/* Zeroed memory aligned for any type, valid until reset or free. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* Zeroed room for count objects of size bytes; aborts when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it. arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_memdup(struct arena *arena, const void *data, size_t size);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Calls function(object) when the arena is reset or freed, last deferred first: for what other libraries
 * allocated. */
void arena_defer(struct arena *arena, void (*function)(void *), void *object);

/* Runs what was deferred and makes the arena empty, keeping one block for the next use. */
void arena_reset(struct arena *arena);

/* Runs what was deferred and gives all memory back. */
void arena_free(struct arena *arena);

#endif

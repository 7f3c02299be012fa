#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_SIZE = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    alignas(max_align_t) unsigned char data[];
};

struct arena_deferred {
    struct arena_deferred *next;
    void (*function)(void *);
    void *object;
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = malloc(sizeof *block + size);
    if (block == NULL)
        abort();
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        abort();
    size_t need = (size + align - 1) / align * align;
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < need) {
        struct arena_block *fresh = block_new(need > ARENA_BLOCK_SIZE ? need : ARENA_BLOCK_SIZE);
        if (block != NULL && need > ARENA_BLOCK_SIZE / 4) {
            /* A big object gets a block of its own behind the current one, whose room stays in use. */
            fresh->next = block->next;
            block->next = fresh;
        } else {
            fresh->next = block;
            arena->blocks = fresh;
        }
        block = fresh;
    }
    void *memory = block->data + block->used;
    block->used += need;
    arena->used += need;
    return memset(memory, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / 2 / size)
        abort();
    return arena_alloc(arena, count * size);
}

char *arena_memdup(struct arena *arena, const void *data, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_memdup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    assert(length >= 0);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

void arena_defer(struct arena *arena, void (*function)(void *), void *object)
{
    struct arena_deferred *deferred = arena_alloc(arena, sizeof *deferred);
    *deferred = (struct arena_deferred){arena->deferred, function, object};
    arena->deferred = deferred;
}

static void run_deferred(struct arena *arena)
{
    while (arena->deferred != NULL) {
        struct arena_deferred *deferred = arena->deferred;
        arena->deferred = deferred->next;
        deferred->function(deferred->object);
    }
}

void arena_reset(struct arena *arena)
{
    run_deferred(arena);
    struct arena_block *kept = NULL;
    for (struct arena_block *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        if (kept == NULL && block->size == ARENA_BLOCK_SIZE)
            kept = block;
        else
            free(block);
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    arena->blocks = kept;
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    run_deferred(arena);
    for (struct arena_block *block = arena->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    *arena = (struct arena){0};
}

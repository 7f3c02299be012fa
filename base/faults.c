#include "base/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void faults_init(struct faults *faults, struct arena *arena)
{
    *faults = (struct faults){.arena = arena, .limit = FAULTS_LIMIT};
}

int faults_add(struct faults *faults, const char *pointer, const char *format, ...)
{
    if (faults->count == faults->limit)
        return -1;
    if (faults->count == faults->capacity) {
        size_t capacity = faults->capacity == 0 ? 4 : faults->capacity * 2;
        struct fault *list = arena_array(faults->arena, capacity, sizeof *list);
        if (faults->count > 0)
            memcpy(list, faults->list, faults->count * sizeof *list);
        faults->list = list;
        faults->capacity = capacity;
    }
    char detail[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    faults->list[faults->count++] =
        (struct fault){arena_strdup(faults->arena, pointer), arena_strdup(faults->arena, detail), 0};
    return -1;
}

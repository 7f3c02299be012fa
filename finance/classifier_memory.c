#include "finance/classifier_memory.h"

#include <stdlib.h>

#include "finance/classifier_constants.h"

void memory_init(struct memory *memory)
{
    memory->count = 0;
    memory->capacity = 256;
    memory->entries = calloc(memory->capacity, sizeof *memory->entries);
    if (memory->entries == NULL)
        abort();
}

void memory_free(struct memory *memory)
{
    free(memory->entries);
    memory->entries = NULL;
}

/* The entry of the context, or the free one where it would go. */
static struct memory_entry *slot(struct memory_entry *entries, size_t capacity, uint64_t context)
{
    size_t at = (size_t)(context >> 20) & (capacity - 1);
    while (entries[at].context != 0 && entries[at].context != context)
        at = (at + 1) & (capacity - 1);
    return &entries[at];
}

const struct memory_entry *memory_find(const struct memory *memory, uint64_t context)
{
    if (context == 0)
        return NULL;
    const struct memory_entry *entry = slot(memory->entries, memory->capacity, context);
    return entry->context == 0 ? NULL : entry;
}

static void grow(struct memory *memory)
{
    size_t capacity = memory->capacity * 2;
    struct memory_entry *entries = calloc(capacity, sizeof *entries);
    if (entries == NULL)
        abort();
    for (size_t i = 0; i < memory->capacity; i++)
        if (memory->entries[i].context != 0)
            *slot(entries, capacity, memory->entries[i].context) = memory->entries[i];
    free(memory->entries);
    memory->entries = entries;
    memory->capacity = capacity;
}

/* The place of the class among those kept, made when it is new. */
static size_t place_of(struct memory_entry *entry, uint16_t class)
{
    size_t rarest = 0;
    for (size_t i = 0; i < entry->count; i++) {
        if (entry->class[i] == class)
            return i;
        if (entry->recent[i] < entry->recent[rarest])
            rarest = i;
    }
    size_t at = entry->count < MEMORY_CLASSES ? entry->count++ : rarest;
    entry->class[at] = class;
    entry->recent[at] = entry->lasting[at] = 0;
    return at;
}

void memory_learn(struct memory *memory, uint64_t context, uint16_t class, bool corrected)
{
    if (context == 0)
        return;
    if (memory->count * 3 > memory->capacity * 2)
        grow(memory);
    struct memory_entry *entry = slot(memory->entries, memory->capacity, context);
    memory->count += entry->context == 0;
    entry->context = context;
    for (size_t i = 0; i < entry->count; i++) {
        entry->recent[i] *= MEMORY_RECENT;
        entry->lasting[i] *= MEMORY_LASTING;
    }
    bool again = entry->count > 0 && entry->last == class;
    size_t at = place_of(entry, class);
    entry->recent[at] += 1;
    entry->lasting[at] += 1;
    entry->lasting_total = entry->lasting_total * MEMORY_LASTING + 1;
    entry->run = again ? (uint16_t)(entry->run < UINT16_MAX ? entry->run + 1 : entry->run) : 1;
    entry->last = class;
    entry->corrected = corrected;
}

float memory_share(const struct memory_entry *entry, uint16_t class)
{
    float count = 0;
    for (size_t i = 0; i < entry->count; i++)
        if (entry->class[i] == class)
            count = entry->lasting[i];
    return (count + 0.5f) / (entry->lasting_total + 1);
}

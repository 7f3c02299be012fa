#ifndef FINANCE_CLASSIFIER_MEMORY_H
#define FINANCE_CLASSIFIER_MEMORY_H

/*
 * What a user's past labels say of a context ("this merchant", "this merchant with this amount", …): the last
 * label, how often in a row it came, and fading counts of the labels. A hash table of contexts; two contexts
 * whose 64-bit hashes collide share an entry. Owns its memory.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_CLASSES = 8 }; /* kept of one context; the rarest makes room */

struct memory_entry {
    uint64_t context;   /* 0: free */
    uint16_t last, run; /* the last label, and how many times in a row it came */
    uint8_t count;      /* of classes kept */
    bool corrected;     /* the last label was a correction: what was shown before it was wrong */
    uint16_t class[MEMORY_CLASSES];
    float recent[MEMORY_CLASSES];                 /* fades by MEMORY_RECENT a label */
    float lasting[MEMORY_CLASSES], lasting_total; /* fades by MEMORY_LASTING a label */
};

struct memory {
    struct memory_entry *entries;
    size_t count, capacity;
};

void memory_init(struct memory *memory);
void memory_free(struct memory *memory);

/* NULL when no label was remembered there. Valid until the next memory_learn. */
const struct memory_entry *memory_find(const struct memory *memory, uint64_t context);

void memory_learn(struct memory *memory, uint64_t context, uint16_t class, bool corrected);

/* Share of the lasting counts that `class` has, never 0 nor 1. */
float memory_share(const struct memory_entry *entry, uint16_t class);

#endif

#include "finance/fingerprint.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "finance/date.h"

static void add_int(crypto_hash_sha256_state *state, int64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i));
    crypto_hash_sha256_update(state, bytes, sizeof bytes);
}

static void add_bytes(crypto_hash_sha256_state *state, struct str text)
{
    add_int(state, (int64_t)text.size);
    crypto_hash_sha256_update(state, (const unsigned char *)text.data, text.size);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Two passes, so that nothing is copied: first the length with white space folded, then the bytes. */
static void add_folded(crypto_hash_sha256_state *state, struct str text)
{
    for (int pass = 0; pass < 2; pass++) {
        int64_t length = 0;
        for (size_t i = 0; i < text.size;) {
            size_t start = i;
            while (i < text.size && !is_space(text.data[i]))
                i++;
            if (i > start) {
                if (length > 0 && pass == 1)
                    crypto_hash_sha256_update(state, (const unsigned char *)" ", 1);
                length += (length > 0) + (int64_t)(i - start);
                if (pass == 1)
                    crypto_hash_sha256_update(state, (const unsigned char *)text.data + start, i - start);
            }
            while (i < text.size && is_space(text.data[i]))
                i++;
        }
        if (pass == 0)
            add_int(state, length);
    }
}

void fingerprint_make(const struct bank_row *row, uint8_t fingerprint[FINGERPRINT_SIZE])
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, row->account->bytes, sizeof row->account->bytes);
    add_int(&state, row->date);
    add_int(&state, row->amount_minor);
    add_bytes(&state, str_of(row->currency));
    add_folded(&state, row->text);
    add_folded(&state, row->reference);
    crypto_hash_sha256_final(&state, fingerprint);
    /* A file's rows are of few days: side by side in the unique index they share its pages. 28 bytes of hash
     * are left. */
    for (int i = 0; i < 4; i++)
        fingerprint[i] = (uint8_t)((uint32_t)(row->date - DATE_MIN) >> (24 - 8 * i));
}

/* Open addressing over the fingerprint's first 16 bytes: that two of a file share them by chance is beyond
 * 2^-80. */
enum { SLOT_KEY_SIZE = 16 };

struct slot {
    uint8_t key[SLOT_KEY_SIZE]; /* the last bytes: the first are the date */
    uint32_t count;             /* 0: free */
};

struct occurrences {
    struct slot *slots;
    size_t capacity, used;
};

enum { OCCURRENCES_START = 1024 };

struct occurrences *occurrences_new(void)
{
    struct occurrences *occurrences = calloc(1, sizeof *occurrences);
    if (occurrences == NULL)
        abort();
    occurrences->capacity = OCCURRENCES_START;
    occurrences->slots = calloc(occurrences->capacity, sizeof *occurrences->slots);
    if (occurrences->slots == NULL)
        abort();
    return occurrences;
}

void occurrences_free(struct occurrences *occurrences)
{
    if (occurrences == NULL)
        return;
    free(occurrences->slots);
    free(occurrences);
}

static struct slot *find_slot(struct slot *slots, size_t capacity, const uint8_t *key)
{
    size_t at;
    memcpy(&at, key, sizeof at);
    for (at &= capacity - 1;; at = (at + 1) & (capacity - 1))
        if (slots[at].count == 0 || memcmp(slots[at].key, key, sizeof slots[at].key) == 0)
            return &slots[at];
}

static void grow(struct occurrences *occurrences)
{
    size_t capacity = occurrences->capacity * 2;
    struct slot *slots = calloc(capacity, sizeof *slots);
    if (slots == NULL)
        abort();
    for (size_t i = 0; i < occurrences->capacity; i++)
        if (occurrences->slots[i].count > 0)
            *find_slot(slots, capacity, occurrences->slots[i].key) = occurrences->slots[i];
    free(occurrences->slots);
    occurrences->slots = slots;
    occurrences->capacity = capacity;
}

int64_t occurrences_count(struct occurrences *occurrences, const uint8_t fingerprint[FINGERPRINT_SIZE])
{
    if (occurrences->used * 4 >= occurrences->capacity * 3)
        grow(occurrences);
    const uint8_t *key = fingerprint + (FINGERPRINT_SIZE - SLOT_KEY_SIZE);
    struct slot *slot = find_slot(occurrences->slots, occurrences->capacity, key);
    if (slot->count == 0) {
        memcpy(slot->key, key, sizeof slot->key);
        occurrences->used++;
    }
    return slot->count++;
}

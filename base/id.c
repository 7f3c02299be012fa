#include "base/id.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"

struct id id_at(int64_t wall_ms)
{
    struct id id = {{0}};
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)((uint64_t)wall_ms >> (40 - 8 * i));
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    return id;
}

struct id id_new(void)
{
    static int64_t last_ms;
    static uint32_t counter; /* 12 bits in rand_a and 14 in rand_b */
    int64_t now = clock_wall_ms();
    if (now > last_ms) {
        last_ms = now;
        counter = randombytes_random() >> 8; /* 24 of 26 bits: room to count up */
    } else if (++counter >= 1U << 26) {
        last_ms++; /* runs ahead of the clock rather than repeat */
        counter = 0;
    }
    struct id id = id_at(last_ms);
    id.bytes[6] |= (uint8_t)(counter >> 22 & 0x0F);
    id.bytes[7] = (uint8_t)(counter >> 14);
    id.bytes[8] |= (uint8_t)(counter >> 8 & 0x3F);
    id.bytes[9] = (uint8_t)counter;
    randombytes_buf(id.bytes + 10, 6);
    return id;
}

void id_format(const struct id *id, char text[ID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    char *out = text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[id->bytes[i] >> 4];
        *out++ = digits[id->bytes[i] & 15];
    }
    *out = '\0';
}

int id_parse(struct str text, struct id *id)
{
    if (text.size != ID_TEXT_SIZE - 1)
        return -1;
    const char *in = text.data;
    for (int i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *in++ != '-')
            return -1;
        int high = str_hex_value(in[0]), low = str_hex_value(in[1]);
        if (high < 0 || low < 0)
            return -1;
        id->bytes[i] = (uint8_t)(high << 4 | low);
        in += 2;
    }
    return 0;
}

bool id_equal(const struct id *a, const struct id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

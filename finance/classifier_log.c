#include "finance/classifier_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/*
 * Format 1: the byte 1, the number of labels, then each label: text (0 and its size and bytes when it is new,
 * else its number among the texts counted from 1), zigzag amount, zigzag days since the label before, class,
 * merchant code, exponent, and what was shown: 0, or the class + 1 and the confidence's four bytes. Numbers
 * are little-endian base 128 (LEB128).
 */
enum { FORMAT = 1 };

static void put(struct buf *out, uint64_t number)
{
    while (number >= 0x80) {
        buf_add_char(out, (char)(number | 0x80));
        number >>= 7;
    }
    buf_add_char(out, (char)number);
}

static uint64_t zigzag(int64_t number)
{
    return ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t number)
{
    return (int64_t)(number >> 1) ^ -(int64_t)(number & 1);
}

static void put_float(struct buf *out, float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    for (int i = 0; i < 4; i++)
        buf_add_char(out, (char)(bits >> (8 * i)));
}

/* A table from text to its number, for packing. */
struct texts {
    struct {
        struct str text;
        uint32_t number; /* 0: free */
    } * slots;
    size_t mask;
    uint32_t count;
};

/* The number of the text when it was met before, else 0, and from now on it has one. */
static uint32_t text_number(struct texts *texts, struct str text)
{
    size_t at = (size_t)(hash_fnv1a(HASH_FNV_START, text.data, text.size) >> 16) & texts->mask;
    for (; texts->slots[at].number != 0; at = (at + 1) & texts->mask)
        if (str_equal(texts->slots[at].text, text))
            return texts->slots[at].number;
    texts->slots[at].text = text;
    texts->slots[at].number = ++texts->count;
    return 0;
}

void classifier_log_pack(const struct classifier_label *labels, size_t count, struct buf *out)
{
    struct texts texts = {.mask = 63};
    while (texts.mask < 2 * count)
        texts.mask = texts.mask * 2 + 1;
    texts.slots = calloc(texts.mask + 1, sizeof *texts.slots);
    if (texts.slots == NULL)
        abort();
    buf_add_char(out, FORMAT);
    put(out, count);
    int32_t day = 0;
    for (size_t i = 0; i < count; i++) {
        const struct classifier_label *label = &labels[i];
        struct str text = label->text;
        text.size = text.size < NORMALISE_RAW_MAX ? text.size : NORMALISE_RAW_MAX;
        uint32_t number = text_number(&texts, text);
        put(out, number);
        if (number == 0) {
            put(out, text.size);
            buf_add(out, text.data, text.size);
        }
        put(out, zigzag(label->amount_minor));
        put(out, zigzag((int64_t)label->date - day));
        day = label->date;
        put(out, label->class);
        put(out, label->merchant_code);
        put(out, label->exponent);
        put(out, label->shown ? (uint64_t)label->shown_class + 1 : 0);
        if (label->shown)
            put_float(out, label->shown_confidence);
    }
    free(texts.slots);
}

struct reader {
    const uint8_t *at, *end;
    bool broken;
};

/* The next number, at most `max`; 0 and broken when there is none such. */
static uint64_t get(struct reader *reader, uint64_t max)
{
    uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (reader->at == reader->end)
            break;
        uint8_t byte = *reader->at++;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (number <= max)
                return number;
            break;
        }
    }
    reader->broken = true;
    return 0;
}

static struct str get_bytes(struct reader *reader, size_t size)
{
    if ((size_t)(reader->end - reader->at) < size) {
        reader->broken = true;
        return (struct str){"", 0};
    }
    struct str bytes = {(const char *)reader->at, size};
    reader->at += size;
    return bytes;
}

static float get_float(struct reader *reader)
{
    struct str bytes = get_bytes(reader, 4);
    uint32_t bits = 0;
    for (size_t i = 0; i < bytes.size; i++)
        bits |= (uint32_t)(uint8_t)bytes.data[i] << (8 * i);
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static void get_label(struct reader *reader, struct str *texts, size_t *text_count, int64_t day,
                      struct classifier_label *label)
{
    uint64_t number = get(reader, *text_count);
    if (number == 0) {
        texts[*text_count] = get_bytes(reader, (size_t)get(reader, NORMALISE_RAW_MAX));
        number = ++*text_count;
    }
    label->text = texts[number - 1];
    label->amount_minor = unzigzag(get(reader, UINT64_MAX));
    int64_t date = day + unzigzag(get(reader, UINT32_MAX));
    reader->broken = reader->broken || date < INT32_MIN || date > INT32_MAX;
    label->date = (int32_t)date;
    label->class = (uint16_t)get(reader, CLASSIFIER_CLASSES_MAX - 1);
    label->merchant_code = (uint16_t)get(reader, 9999);
    label->exponent = (uint8_t)get(reader, 4);
    uint64_t shown = get(reader, CLASSIFIER_CLASSES_MAX);
    label->shown = shown > 0;
    label->shown_class = (uint16_t)(shown > 0 ? shown - 1 : 0);
    label->shown_confidence = shown > 0 ? get_float(reader) : 0;
    reader->broken = reader->broken || !(label->shown_confidence >= 0 && label->shown_confidence <= 1);
}

int classifier_log_unpack(struct str bytes, struct arena *arena, struct classifier_label **labels,
                          size_t *count, struct err *err)
{
    struct reader reader = {(const uint8_t *)bytes.data, (const uint8_t *)bytes.data + bytes.size, false};
    if (bytes.size == 0 || *reader.at++ != FORMAT)
        return err_set(err, ERR_REJECT, "a packed label log of an unknown format");
    enum { LABEL_BYTES_MIN = 7 };
    size_t wanted = (size_t)get(&reader, bytes.size / LABEL_BYTES_MIN);
    struct classifier_label *list = arena_array(arena, wanted, sizeof *list);
    struct str *texts = arena_array(arena, wanted, sizeof *texts);
    char *copy = arena_memdup(arena, bytes.data, bytes.size);
    size_t text_count = 0;
    reader.end = (const uint8_t *)copy + bytes.size;
    reader.at = (const uint8_t *)copy + (reader.at - (const uint8_t *)bytes.data);
    for (size_t i = 0; i < wanted && !reader.broken; i++)
        get_label(&reader, texts, &text_count, i == 0 ? 0 : list[i - 1].date, &list[i]);
    if (reader.broken || reader.at != reader.end)
        return err_set(err, ERR_REJECT, "a packed label log that breaks off or goes on where it should not");
    *labels = list;
    *count = wanted;
    return 0;
}

void classifier_replay(struct classifier *classifier, const struct classifier_label *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct normalised text;
        normalise_text(labels[i].text, &text);
        struct classifier_row row = {&text, labels[i].amount_minor, labels[i].exponent, labels[i].date,
                                     labels[i].merchant_code};
        struct classifier_shown shown = {labels[i].shown_class, labels[i].shown_confidence};
        classifier_learn(classifier, &row, labels[i].class, labels[i].shown ? &shown : NULL);
    }
}

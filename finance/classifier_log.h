#ifndef FINANCE_CLASSIFIER_LOG_H
#define FINANCE_CLASSIFIER_LOG_H

/*
 * A user's label log in few bytes: what a model is rebuilt from without asking the database for every row.
 * Lossless for all that the model looks at, so that a model from the packed log equals one from the labels to
 * the bit. Each text is kept once; a label is about 12 bytes and its text, when it is new (measured by
 * bench/classifier: 6 to 17 KB for 500).
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/buf.h"
#include "base/err.h"
#include "finance/classifier.h"

struct classifier_label {
    struct str text; /* as the bank wrote it; the first NORMALISE_RAW_MAX bytes are kept */
    int64_t amount_minor;
    int32_t date;
    uint16_t merchant_code;
    uint8_t exponent;
    uint16_t class;       /* index of the class in the user's order of classes */
    bool shown;           /* was something shown before the user decided? */
    uint16_t shown_class; /* the first suggestion then */
    float shown_confidence;
};

/* Appends the labels to `out`; what was packed is complete unless out->overflowed. */
void classifier_log_pack(const struct classifier_label *labels, size_t count, struct buf *out);

/* Reads it back; the arena owns the array and its texts. ERR_REJECT when the bytes are not such a log, or
 * were packed by a version of this format that is not known. */
int classifier_log_unpack(struct str bytes, struct arena *arena, struct classifier_label **labels,
                          size_t *count, struct err *err) MUST_CHECK;

/* Teaches the labels in their order; those of a class that the model does not have are passed over. */
void classifier_replay(struct classifier *classifier, const struct classifier_label *labels, size_t count);

#endif

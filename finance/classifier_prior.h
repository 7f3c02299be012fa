#ifndef FINANCE_CLASSIFIER_PRIOR_H
#define FINANCE_CLASSIFIER_PRIOR_H

/*
 * What consenting users of this installation agree on: for merchants and words, which default category they
 * were put in. A merchant or word enters only when at least PRIOR_USERS_MIN different users labelled it, so
 * that no entry can point at a person, and each user counts once. Built nightly, read-only afterwards, shared
 * by all models.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/err.h"
#include "finance/lexicon.h"
#include "finance/normalise.h"

enum { PRIOR_USERS_MIN = 5 };

struct prior;
struct prior_builder;

/* Never NULL. */
struct prior_builder *prior_builder_new(void);
void prior_builder_free(struct prior_builder *builder);

/* One label: all labels of one user must come one after the other, and each user has his own number. Past a
 * million different (word, category) pairs new ones are left out. */
void prior_builder_add(struct prior_builder *builder, uint32_t user, const struct normalised *text,
                       enum default_category category);

/* What was built; the builder can be freed. Never NULL. */
struct prior *prior_build(const struct prior_builder *builder);
void prior_free(struct prior *prior);

/* What users made of this text, as meanings whose shares sum to at most 1: the narrowest of key, first two
 * words and first word that is known. Gives the number, 0 when nothing is known. */
size_t prior_read(const struct prior *prior, const struct normalised *text,
                  struct meaning meanings[LEXICON_MEANINGS_MAX]);

size_t prior_count(const struct prior *prior); /* entries */

/* To bytes and back: little-endian, the same on every machine. Entries whose category this version does not
 * know are skipped. */
void prior_write(const struct prior *prior, struct buf *out);
struct prior *prior_read_bytes(struct str bytes, struct err *err) MUST_CHECK;

#endif

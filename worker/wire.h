#ifndef WORKER_WIRE_H
#define WORKER_WIRE_H

/*
 * What dispatcher and child say to each other over their socketpair: frames of a size, a letter and a body,
 * in the byte order of the machine that both run on. The child's first frame is its version, so that a child
 * of a new binary and an old dispatcher notice that they do not understand each other.
 *
 *     from         frame
 *     dispatcher   R count (size envelope)…                              run this batch
 *     child        H version                                             ready
 *     child        P                                                     a job got on for the first time
 *     child        O count (kind until_ms size reason)… size follow-ups  what became of the batch
 */

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

enum { WIRE_VERSION = 2, WIRE_LIMIT = 128 * 1024 * 1024, WIRE_HEAD_SIZE = 5, WIRE_FD = 3 };

/* Starts a frame; wire_end fills in its size. Returns what wire_end wants. */
size_t wire_begin(struct buf *buf, char letter);
void wire_end(struct buf *buf, size_t start);

void wire_add_u32(struct buf *buf, uint32_t value);
void wire_add_i64(struct buf *buf, int64_t value);
void wire_add_str(struct buf *buf, struct str text); /* size and bytes */

/* Reads from *rest and moves it. -1 when it ends too early: the frame is malformed. */
int wire_read_u32(struct str *rest, uint32_t *value) MUST_CHECK;
int wire_read_i64(struct str *rest, int64_t *value) MUST_CHECK;
int wire_read_str(struct str *rest, struct str *text) MUST_CHECK;

/* Looks for a whole frame at the start of buf: 1 with its letter and body (valid until buf changes) and its
 * size with head, 0 when more is needed, -1 when it is larger than WIRE_LIMIT. */
int wire_next(const struct buf *buf, char *letter, struct str *body, size_t *size) MUST_CHECK;

#endif

#ifndef BASE_ATTRIBUTES_H
#define BASE_ATTRIBUTES_H

/* Compiler attributes under short names. Nothing else belongs here. */

/* The caller must look at the returned value. On every function that returns an error as int. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Arguments are checked against the format string at position `at`, counted from 1. */
#define PRINTF_LIKE(at, first) __attribute__((format(printf, at, first)))

#endif

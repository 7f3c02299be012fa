#ifndef BASE_LOG_H
#define BASE_LOG_H

/*
 * One line an event on standard error, logfmt or JSON (RFC 8259). Programs log, libraries return errors. A
 * line has ts, level, program, event, then the fields in the order given. Never log a code, a password, a
 * token or a body.
 *
 *     log_info("job_done", LOG_TEXT("job", id), LOG_INT("ms", took));
 */

#include <stddef.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;  /* NULL ends a list */
    const char *text; /* NULL: the value is `number` */
    int64_t number;
};

#define LOG_TEXT(key, value) ((struct log_field){(key), (value) == NULL ? "" : (value), 0})
#define LOG_INT(key, value)  ((struct log_field){(key), NULL, (int64_t)(value)})

/* Once at start. program: static. level: "debug", "info", "warn", "error". format: "logfmt" or "json". */
void log_open(const char *program, const char *level, const char *format);

/* Writes one line with one write(2), so that lines of several processes do not mix. Longer than 4,096 bytes
 * is cut. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

#define log_at(level, event, ...)                                                                            \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){NULL, NULL, 0}})
#define log_debug(event, ...) log_at(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...)  log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)

#endif

/* What cppcheck reads in place of base/log.h: it does not know __VA_OPT__. */
#include <stdint.h>
struct log_field {
    const char *key, *text;
    int64_t number;
};
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
#define LOG_TEXT(key, value) (value)
#define LOG_INT(key, value)  (value)
void log_open(const char *program, const char *level, const char *format);
void log_write(enum log_level level, const char *event, const struct log_field *fields);
void log_seen(const char *event, ...);
#define log_at(level, ...) log_seen("", (level), __VA_ARGS__)
#define log_debug(...)     log_seen(__VA_ARGS__)
#define log_info(...)      log_seen(__VA_ARGS__)
#define log_warn(...)      log_seen(__VA_ARGS__)
#define log_error(...)     log_seen(__VA_ARGS__)

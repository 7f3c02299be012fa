#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_class class, const char *format, ...)
{
    if (err == NULL)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    err->class = class;
    return -1;
}

int err_wrap(struct err *err, const char *format, ...)
{
    if (err == NULL)
        return -1;
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    va_list arguments;
    va_start(arguments, format);
    int used = vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    if (used >= 0 && (size_t)used < sizeof err->text)
        snprintf(err->text + used, sizeof err->text - (size_t)used, ": %s", inner);
    return -1;
}

const char *err_class_name(enum err_class class)
{
    static const char *const names[] = {"none", "retry", "reject", "bug"};
    return names[class];
}

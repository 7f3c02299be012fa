#include "base/settings.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

struct settings settings;

struct setting {
    const char *name, *value, *help;
    size_t offset;
    bool is_int;
    int64_t min, max;
};

static const struct setting table[] = {
#define SETTING_TEXT(field, name, value, help)                                                               \
    {name, value, help, offsetof(struct settings, field), false, 0, 0},
#define SETTING_INT(field, name, value, min, max, help)                                                      \
    {name, #value, help, offsetof(struct settings, field), true, min, max},
#include "base/settings.def"
#undef SETTING_TEXT
#undef SETTING_INT
};

enum { SETTING_COUNT = sizeof table / sizeof *table, SETTING_FILE_LIMIT = 64 * 1024 };

extern char **environ;

/* The content of a file without one newline at its end; the memory lives as long as the process. */
static const char *read_value(const char *name, const char *path, struct err *err)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, SETTING_FILE_LIMIT + 1);
    if (text == NULL)
        abort();
    size_t size = file == NULL ? 0 : fread(text, 1, SETTING_FILE_LIMIT, file);
    bool failed = file == NULL || ferror(file) != 0;
    if (file != NULL)
        fclose(file);
    if (failed) {
        free(text);
        err_set(err, ERR_REJECT, "%s_FILE: %s can't be read", name, path);
        return NULL;
    }
    if (size > 0 && text[size - 1] == '\n')
        text[size - 1] = '\0';
    return text;
}

static int load_one(const struct setting *setting, struct err *err)
{
    char file_name[64];
    snprintf(file_name, sizeof file_name, "%s_FILE", setting->name);
    const char *value = getenv(setting->name), *path = getenv(file_name);
    if (value != NULL && path != NULL)
        return err_set(err, ERR_REJECT, "both %s and %s are set", setting->name, file_name);
    if (path != NULL && (value = read_value(setting->name, path, err)) == NULL)
        return -1;
    if (value == NULL)
        value = setting->value;
    void *field = (char *)&settings + setting->offset;
    if (!setting->is_int) {
        *(const char **)field = value;
        return 0;
    }
    int64_t number;
    if (str_to_int(str_of(value), &number) != 0 || number < setting->min || number > setting->max)
        return err_set(err, ERR_REJECT, "%s must be a whole number from %" PRId64 " to %" PRId64 ", not '%s'",
                       setting->name, setting->min, setting->max, value);
    *(int64_t *)field = number;
    return 0;
}

static bool is_known(struct str name)
{
    if (name.size > 5 && memcmp(name.data + name.size - 5, "_FILE", 5) == 0 &&
        !str_equal(name, STR("PURSER_CLOCK_FILE")))
        name.size -= 5;
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (str_equal(name, str_of(table[i].name)))
            return true;
    return false;
}

int settings_load(struct err *err)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        struct str rest, name = str_split(str_of(*entry), '=', &rest);
        if (str_starts(name, "PURSER_") && !is_known(name))
            return err_set(err, ERR_REJECT, "%.*s is no setting of this program; --help lists them",
                           (int)name.size, name.data);
    }
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (load_one(&table[i], err) != 0)
            return -1;
    return 0;
}

void settings_print_help(FILE *out)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        fprintf(out, "  %s=%s\n      %s", table[i].name, table[i].value, table[i].help);
        if (table[i].is_int)
            fprintf(out, " From %" PRId64 " to %" PRId64 ".", table[i].min, table[i].max);
        fputc('\n', out);
    }
}

void settings_print_markdown(FILE *out)
{
    fputs("| setting | default | limits | what it is |\n| --- | --- | --- | --- |\n", out);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        fprintf(out, "| `%s` | `%s` | ", table[i].name, table[i].value);
        if (table[i].is_int)
            fprintf(out, "%" PRId64 " – %" PRId64, table[i].min, table[i].max);
        fprintf(out, " | %s |\n", table[i].help);
    }
}

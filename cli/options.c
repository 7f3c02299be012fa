#include "cli/options.h"

#include <string.h>

static const struct option *find_option(const struct option *options, const char *name, size_t size)
{
    for (; options->name != NULL; options++)
        if (strlen(options->name) == size && memcmp(options->name, name, size) == 0)
            return options;
    return NULL;
}

int options_read(int argc, char **argv, const struct option *options, int *count, struct err *err)
{
    bool is_over = false;
    *count = 0;
    for (int i = 0; i < argc; i++) {
        char *word = argv[i];
        if (is_over || strncmp(word, "--", 2) != 0) {
            argv[(*count)++] = word;
            continue;
        }
        if (word[2] == '\0') {
            is_over = true;
            continue;
        }
        size_t size = strcspn(word + 2, "=");
        const struct option *option = find_option(options, word + 2, size);
        if (option == NULL)
            return err_set(err, ERR_REJECT, "there is no option %s", word);
        bool has_value = word[2 + size] == '=';
        if (option->flag != NULL && has_value)
            return err_set(err, ERR_REJECT, "--%s takes no value", option->name);
        if (option->flag != NULL)
            *option->flag = true;
        else if (has_value)
            *option->value = word + 2 + size + 1;
        else if (i + 1 < argc)
            *option->value = argv[++i];
        else
            return err_set(err, ERR_REJECT, "--%s needs a value", option->name);
    }
    return 0;
}

#include "queue/library.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "queue/functions.h"

enum { DIGEST_SHOWN = 12 };

static int64_t own_number(void)
{
    const char *mark = "local LIBRARY_VERSION = ";
    const char *at = strstr(queue_functions_text, mark);
    return at == NULL ? 0 : strtoll(at + strlen(mark), NULL, 10);
}

static const char *digest(struct arena *arena)
{
    uint8_t hash[HASH_SIZE];
    char *text = arena_alloc(arena, HASH_HEX_SIZE);
    hash_sha256(queue_functions_text, strlen(queue_functions_text), hash);
    hash_hex(hash, sizeof hash, text);
    text[DIGEST_SHOWN] = '\0';
    return text;
}

const char *library_text(struct arena *arena)
{
    const char *end = strchr(queue_functions_text, '\n');
    if (end == NULL)
        abort();
    return arena_printf(arena, "%.*s\nlocal LIBRARY_DIGEST = '%s'\n%s", (int)(end - queue_functions_text),
                        queue_functions_text, digest(arena), end + 1);
}

bool library_is_needed(struct str loaded, struct arena *arena)
{
    struct str rest, number_text = str_split(loaded, '-', &rest);
    int64_t number;
    if (str_to_int(number_text, &number) != 0 || number < own_number())
        return true;
    return number == own_number() && !str_equal(rest, str_of(digest(arena)));
}

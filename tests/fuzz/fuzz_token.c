/* The text behind "Bearer ": never good, unless it is the one that was minted. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW_S = 1800000000 };

static const struct token_rules *make_rules(const char **good)
{
    static struct signing_keys keys;
    static struct token_rules rules;
    static struct arena arena;
    char folder[] = "/tmp/purser-fuzz-XXXXXX", path[64];
    struct err err;
    arena_init(&arena);
    if (mkdtemp(folder) == NULL || signing_make(folder, &err) != 0 || signing_load(folder, &keys, &err) != 0)
        abort();
    static const char *const names[] = {"es256.pem", "secret.key"};
    for (size_t i = 0; i < 2; i++) {
        strcpy(stpcpy(stpcpy(path, folder), "/"), names[i]);
        unlink(path);
    }
    rmdir(folder);
    rules = (struct token_rules){&keys, "purser", "purser"};
    struct token_claims claims = {.issued_s = NOW_S, .expires_s = NOW_S + 900};
    *good = token_mint(&arena, &rules, &claims, "user");
    return &rules;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct token_rules *rules;
    static const char *good;
    if (rules == NULL)
        rules = make_rules(&good);
    /* The first byte says how much of a good token stands in front of the rest. */
    size_t kept = size == 0 ? 0 : data[0] * strlen(good) / 255;
    char *text = malloc(kept + size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, good, kept);
    size_t rest = size == 0 ? 0 : size - 1;
    memcpy(text + kept, data + (size > 0), rest);
    struct arena arena;
    struct token_claims claims;
    arena_init(&arena);
    enum token_verdict verdict =
        token_verify(&arena, rules, (struct str){text, kept + rest}, (int64_t)NOW_S * 1000 + 1000, &claims);
    bool same = kept + rest == strlen(good) && memcmp(text, good, kept + rest) == 0;
    if ((verdict == TOKEN_GOOD) != same)
        abort();
    arena_free(&arena);
    free(text);
    return 0;
}

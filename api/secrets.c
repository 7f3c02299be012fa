#include "api/secrets.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"

/* D. Crockford's base 32 less 0 and 1. */
static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

enum { CODE_LENGTH = SECRET_CODE_SIZE - 1, HASHED_LIMIT = 4096 };

void secret_new_code(char code[SECRET_CODE_SIZE])
{
    for (int i = 0; i < CODE_LENGTH; i++)
        code[i] = alphabet[randombytes_uniform(sizeof alphabet - 1)];
    code[CODE_LENGTH] = '\0';
}

void secret_new_token(char token[SECRET_TOKEN_SIZE])
{
    uint8_t bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(token, SECRET_TOKEN_SIZE, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool secret_is_token(const char *text)
{
    uint8_t bytes[32];
    size_t size = 0;
    const char *end = text;
    return strlen(text) == SECRET_TOKEN_SIZE - 1 &&
           sodium_base642bin(bytes, sizeof bytes, text, SECRET_TOKEN_SIZE - 1, NULL, &size, &end,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           size == sizeof bytes && *end == '\0';
}

void secret_hash(const struct seal_key *key, enum secret_kind kind, const char *context, const char *secret,
                 uint8_t digest[HASH_SIZE])
{
    static const char *const purposes[] = {"mailed code hash", "registration token hash",
                                           "refresh token hash"};
    struct seal_key own = seal_derive(key, purposes[kind]);
    struct buf text;
    buf_init(&text, HASHED_LIMIT);
    buf_printf(&text, "%s\x1F%s", context, secret);
    hash_keyed(own.bytes, text.data == NULL ? "" : text.data, text.size, digest);
    buf_free(&text);
}

const char *secret_read_code(struct arena *arena, const char *text)
{
    char *code = arena_alloc(arena, SECRET_CODE_SIZE);
    int length = 0;
    for (; *text != '\0'; text++) {
        char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
        if (c == ' ' || c == '-')
            continue;
        if (length == CODE_LENGTH || !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
            return NULL;
        code[length++] = c;
    }
    return length == CODE_LENGTH ? code : NULL;
}

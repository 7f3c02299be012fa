#include "api/token.h"

#include <jwt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { SIGNATURE_SIZE = 64 }; /* RFC 7518 §3.4: two numbers of 32 bytes */

static int add_id(jwt_t *jwt, const char *name, const struct id *id)
{
    char text[ID_TEXT_SIZE];
    id_format(id, text);
    return jwt_add_grant(jwt, name, text);
}

const char *token_mint(struct arena *arena, const struct token_rules *rules,
                       const struct token_claims *claims, const char *role)
{
    jwt_t *jwt = NULL;
    const struct signing_key *key = &rules->keys->current;
    if (jwt_new(&jwt) != 0)
        abort();
    bool failed =
        jwt_add_header(jwt, "kid", key->kid) != 0 || jwt_add_grant(jwt, "iss", rules->issuer) != 0 ||
        jwt_add_grant(jwt, "aud", rules->audience) != 0 || add_id(jwt, "sub", &claims->user) != 0 ||
        add_id(jwt, "sid", &claims->session) != 0 || add_id(jwt, "jti", &claims->jti) != 0 ||
        jwt_add_grant(jwt, "role", role) != 0 || jwt_add_grant_int(jwt, "iat", claims->issued_s) != 0 ||
        jwt_add_grant_int(jwt, "exp", claims->expires_s) != 0 ||
        jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *)key->private_pem,
                    (int)strlen(key->private_pem)) != 0;
    char *text = failed ? NULL : jwt_encode_str(jwt);
    jwt_free(jwt);
    if (text != NULL)
        arena_defer(arena, free, text);
    return text;
}

/* Strict base64url: no padding, no foreign characters, no spare bits. -1 otherwise. */
static int decode_part(struct arena *arena, struct str part, struct str *out)
{
    char *bytes = arena_alloc(arena, part.size + 1);
    const char *end = part.data;
    size_t size = 0;
    if (part.size == 0 ||
        sodium_base642bin((unsigned char *)bytes, part.size + 1, part.data, part.size, NULL, &size, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != part.data + part.size)
        return -1;
    *out = (struct str){bytes, size};
    return 0;
}

static json_t *read_object(struct arena *arena, struct str text)
{
    struct faults faults;
    faults_init(&faults, arena);
    json_t *value = json_read(arena, text, &faults);
    return json_is_object(value) ? value : NULL;
}

static bool has_text(const json_t *object, const char *name, const char *wanted)
{
    const char *value = json_string_value(json_object_get(object, name));
    return value != NULL && strcmp(value, wanted) == 0;
}

/* The key that the header names; NULL unless it is exactly a header of ours. */
static const struct signing_key *key_of(const struct signing_keys *keys, const json_t *header)
{
    if (json_object_size(header) != 3 || !has_text(header, "alg", "ES256") || !has_text(header, "typ", "JWT"))
        return NULL;
    if (has_text(header, "kid", keys->current.kid))
        return &keys->current;
    return keys->has_old && has_text(header, "kid", keys->old.kid) ? &keys->old : NULL;
}

static bool is_signed(const char *text, const struct signing_key *key)
{
    jwt_t *jwt = NULL;
    if (jwt_decode(&jwt, text, (const unsigned char *)key->public_pem, (int)strlen(key->public_pem)) != 0)
        return false;
    bool good = jwt_get_alg(jwt) == JWT_ALG_ES256;
    jwt_free(jwt);
    return good;
}

static int read_id(const json_t *payload, const char *name, struct id *id)
{
    const json_t *value = json_object_get(payload, name);
    if (!json_is_string(value))
        return -1;
    return id_parse((struct str){json_string_value(value), json_string_length(value)}, id);
}

static int read_seconds(const json_t *payload, const char *name, int64_t *seconds)
{
    const json_t *value = json_object_get(payload, name);
    *seconds = json_integer_value(value);
    return json_is_integer(value) && *seconds >= 0 ? 0 : -1;
}

static enum token_verdict judge_claims(const struct token_rules *rules, const json_t *payload, int64_t now_ms,
                                       struct token_claims *claims)
{
    if (!has_text(payload, "iss", rules->issuer) || !has_text(payload, "aud", rules->audience) ||
        read_id(payload, "sub", &claims->user) != 0 || read_id(payload, "sid", &claims->session) != 0 ||
        read_id(payload, "jti", &claims->jti) != 0 || read_seconds(payload, "iat", &claims->issued_s) != 0 ||
        read_seconds(payload, "exp", &claims->expires_s) != 0 || json_object_get(payload, "nbf") != NULL)
        return TOKEN_FORGED;
    return claims->expires_s <= now_ms / 1000 ? TOKEN_EXPIRED : TOKEN_GOOD;
}

enum token_verdict token_verify(struct arena *arena, const struct token_rules *rules, struct str text,
                                int64_t now_ms, struct token_claims *claims)
{
    struct str rest, third, parts[3];
    if (text.size > TOKEN_MAX_BYTES)
        return TOKEN_MALFORMED;
    struct str first = str_split(text, '.', &rest), second = str_split(rest, '.', &third);
    if (decode_part(arena, first, &parts[0]) != 0 || decode_part(arena, second, &parts[1]) != 0)
        return TOKEN_MALFORMED;
    const json_t *header = read_object(arena, parts[0]);
    if (header == NULL)
        return TOKEN_MALFORMED;
    const struct signing_key *key = key_of(rules->keys, header);
    if (key == NULL)
        return TOKEN_FORGED;
    if (decode_part(arena, third, &parts[2]) != 0)
        return TOKEN_MALFORMED;
    if (parts[2].size != SIGNATURE_SIZE || !is_signed(arena_memdup(arena, text.data, text.size), key))
        return TOKEN_FORGED;
    const json_t *payload = read_object(arena, parts[1]);
    return payload == NULL ? TOKEN_MALFORMED : judge_claims(rules, payload, now_ms, claims);
}

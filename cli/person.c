#include "cli/person.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"

enum { MAIL_DEADLINE_MS = 60000 };

void person_make_password(struct person *person)
{
    uint8_t bytes[(PERSON_PASSWORD - 1) / 2];
    randombytes_buf(bytes, sizeof bytes);
    hash_hex(bytes, sizeof bytes, person->password);
}

static int register_in(struct arena *arena, struct http *http, struct maildrop *drop,
                       const struct person *person, person_step *step, struct err *err)
{
    struct http_reply reply;
    char code[MAILDROP_CODE_SIZE];
    json_t *address = json_own(arena, json_pack("{ss}", "email", person->email));
    if (http_post(http, arena, "/v1/registrations", address, 0, &reply, err) != 0)
        return -1;
    if (step != NULL)
        step("asked to register, a code is on its way to", person->email);
    if (maildrop_wait(drop, person->email, MAIL_DEADLINE_MS, code, err) != 0)
        return -1;
    if (step != NULL)
        step("read the mail, its code is", code);
    json_t *proof = json_own(arena, json_pack("{ssss}", "email", person->email, "code", code));
    if (http_post(http, arena, "/v1/registrations/verify", proof, 0, &reply, err) != 0)
        return -1;
    json_t *user = json_own(arena, json_pack("{ssssss}", "registration_token",
                                             http_text(reply.body, "registration_token"), "username",
                                             person->username, "password", person->password));
    if (http_post(http, arena, "/v1/users", user, 0, &reply, err) != 0)
        return -1;
    if (step != NULL)
        step("made the user", person->username);
    return 0;
}

int person_register(struct http *http, struct maildrop *drop, const struct person *person, person_step *step,
                    struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    int failed = register_in(&arena, http, drop, person, step, err);
    arena_free(&arena);
    return failed;
}

static int log_in(struct arena *arena, struct http *http, struct person *person, struct err *err)
{
    struct http_reply reply;
    json_t *login =
        json_own(arena, json_pack("{ssss}", "username", person->username, "password", person->password));
    http_use_token(http, NULL);
    if (http_post(http, arena, "/v1/sessions", login, 0, &reply, err) != 0)
        return -1;
    http_use_token(http, http_text(reply.body, "access_token"));
    if (http_get(http, arena, "/v1/accounts?limit=1", &reply, err) != 0)
        return -1;
    json_t *account = json_array_get(json_object_get(reply.body, "data"), 0);
    snprintf(person->account_id, sizeof person->account_id, "%s", http_text(account, "id"));
    snprintf(person->currency, sizeof person->currency, "%s", http_text(account, "currency"));
    if (person->account_id[0] == '\0')
        return err_set(err, ERR_BUG, "the new user %s has no account", person->username);
    return 0;
}

int person_log_in(struct http *http, struct person *person, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    int failed = log_in(&arena, http, person, err);
    arena_free(&arena);
    return failed;
}

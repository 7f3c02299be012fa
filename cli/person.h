#ifndef CLI_PERSON_H
#define CLI_PERSON_H

/* A user made the way people are: an address, a code in a mail, a name and a password, a session. */

#include "cli/http.h"
#include "cli/maildrop.h"

enum { PERSON_TEXT = 128, PERSON_PASSWORD = 33 };

struct person {
    char email[PERSON_TEXT], username[PERSON_TEXT], password[PERSON_PASSWORD];
    char account_id[64];
    char currency[4]; /* of the account */
};

/* Each step as it happens, for a demonstration; may be NULL. */
typedef void person_step(const char *step, const char *value);

/* Registers person->email and ->username under ->password: mail, code, user. */
int person_register(struct http *http, struct maildrop *drop, const struct person *person, person_step *step,
                    struct err *err) MUST_CHECK;

/* Opens a session; http sends its token from now on. Fills in the first account. */
int person_log_in(struct http *http, struct person *person, struct err *err) MUST_CHECK;

/* A password that nobody will type. */
void person_make_password(struct person *person);

#endif

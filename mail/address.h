#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

/*
 * A mailbox as settings and people write it: "Name <local@domain>" or "local@domain". Pure. What could end a
 * header line or an SMTP command early (CR, LF, NUL, brackets, spaces, quotes) is refused, never escaped
 * away: quoted local parts ("a b"@example.org) are legal mail but nobody's address. UTF-8 addresses (RFC
 * 6532) are taken.
 */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct mail_address {
    const char *name;    /* display name, "" for none */
    const char *address; /* local@domain */
    const char *domain;  /* points into address */
};

/* RFC 5321 §4.5.3.1: what a path and a local part may hold. */
enum { MAIL_ADDRESS_MAX = 254, MAIL_LOCAL_MAX = 64, MAIL_NAME_MAX = 200 };

/* The texts live in the arena. ERR_REJECT says what is wrong, without repeating the text. */
int mail_address_parse(struct arena *arena, struct str text, struct mail_address *address,
                       struct err *err) MUST_CHECK;

#endif

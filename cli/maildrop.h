#ifndef CLI_MAILDROP_H
#define CLI_MAILDROP_H

/* Reads codes out of the mails that an instance drops into a folder (PURSER_MAIL_URL=maildir:PATH): for
 * simulation and demonstration, which have no people to read them. For several threads. */

#include <stdint.h>

#include "base/err.h"

struct maildrop;

enum { MAILDROP_CODE_SIZE = 7 }; /* 6 characters and a NUL */

/* mail_url: maildir:PATH; mails that are there already are not looked at. ERR_REJECT for any other URL. */
struct maildrop *maildrop_open(const char *mail_url, struct err *err);
void maildrop_close(struct maildrop *drop); /* NULL is fine */

/* Waits for a mail to `address` with a code in it. -1 after deadline_ms. */
int maildrop_wait(struct maildrop *drop, const char *address, int64_t deadline_ms,
                  char code[MAILDROP_CODE_SIZE], struct err *err) MUST_CHECK;

#endif

#ifndef MAIL_MAILDIR_H
#define MAIL_MAILDIR_H

/*
 * A folder of mails (D. J. Bernstein's maildir: tmp, new, cur). The file's name comes from the Message-ID, so
 * that a mail sent again after a crash is there once, as long as nobody moved it.
 */

#include "mail/mail.h"

/* Makes the folders when they are missing. Returns after the mail and its name are on disk. */
int maildir_send(const char *path, const struct mail_envelope *envelope, struct str message,
                 struct err *err) MUST_CHECK;

#endif

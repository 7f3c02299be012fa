#ifndef LEDGER_MAILS_H
#define LEDGER_MAILS_H

/*
 * Mails that jobs send, and what is known of each. Delivery is at least once: the state 'sending' is
 * committed, the mail goes out, 'sent' is committed. A crash in between is found by the next attempt, which
 * sends the same bytes under the same Message-ID; where the reply got lost, or the crash came before 'sent',
 * the recipient may get it twice.
 */

#include "base/arena.h"
#include "base/err.h"
#include "base/seal.h"
#include "db/db.h"
#include "mail/message.h"
#include "queue/job.h"

struct mail_draft {
    const char *kind; /* what it is about, for operators: "registration_code" */
    struct str to;    /* an address, checked here */
    const char *subject, *text, *html;
};

/* Sends the mail of `job` by PURSER_MAIL_URL and sets job->outcome: done, retry (4xx, no connection) or dead
 * (5xx, no address). key hashes the recipient for table mail. Outside of any transaction. -1 with err when
 * the state can't be written. */
int mails_deliver(struct db *db, struct arena *arena, const struct seal_key *key, struct job *job,
                  const struct mail_draft *draft, struct err *err) MUST_CHECK;

#endif

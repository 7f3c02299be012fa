#ifndef CLI_SESSION_H
#define CLI_SESSION_H

/*
 * Who the command line is, and its talk with the instance: the token in PURSER_TOKEN, else the session that
 * `purser login` opened. Its tokens are kept in $XDG_STATE_HOME/purser (or ~/.local/state/purser), one file
 * of mode 0600 an instance (by PURSER_URL), locked while they are renewed: a refresh token may be used only
 * once.
 */

#include "base/arena.h"
#include "base/err.h"
#include "cli/http.h"

struct session {
    struct arena arena; /* owns every answer, until session_close */
    struct http *http;  /* sends the person's token */
    char **words;       /* count of them: what stands behind the verb (cli/verb.h) */
    int count;
};

/* -1 with ERR_REJECT when nobody is logged in; session_close also then. */
int session_open(struct session *session, struct err *err) MUST_CHECK;
void session_close(struct session *session);

/* Keeps the tokens of an answer of POST /v1/sessions. */
int session_keep(json_t *tokens, struct err *err) MUST_CHECK;

/* Forgets them; fine when there are none. */
int session_forget(struct err *err) MUST_CHECK;

/* All items of a list, following next_cursor, at most `limit`. path: may have a query. */
int session_list(struct session *session, const char *path, size_t limit, json_t **items,
                 struct err *err) MUST_CHECK;

/* The id of the account that is called `name` (or has it as its id). ERR_REJECT when there is none. */
int session_find_account(struct session *session, const char *name, const char **id,
                         struct err *err) MUST_CHECK;
/* The same for a category; of several of one name, in different branches: ERR_REJECT. */
int session_find_category(struct session *session, const char *name, const char **id,
                          struct err *err) MUST_CHECK;

#endif

#ifndef CLI_SESSION_H
#define CLI_SESSION_H

/*
 * Who the command line is: the token in PURSER_TOKEN, else the session that `purser login` opened. Its tokens
 * are kept in $XDG_STATE_HOME/purser (or ~/.local/state/purser), one file of mode 0600 an instance (by
 * PURSER_URL), locked while they are renewed: a refresh token may be used only once.
 */

#include "base/arena.h"
#include "base/err.h"
#include "cli/http.h"

/* A connection that sends the person's token. NULL with ERR_REJECT when nobody is logged in. */
struct http *session_open(struct err *err);

/* Keeps the tokens of an answer of POST /v1/sessions. */
int session_keep(json_t *tokens, struct err *err) MUST_CHECK;

/* Forgets them; fine when there are none. */
int session_forget(struct err *err) MUST_CHECK;

/* The id of the account that is called `name` (or has it as its id). ERR_REJECT when there is none. */
int session_find_account(struct http *http, struct arena *arena, const char *name, const char **id,
                         struct err *err) MUST_CHECK;
/* The same for a category; of several of one name, in different branches: ERR_REJECT. */
int session_find_category(struct http *http, struct arena *arena, const char *name, const char **id,
                          struct err *err) MUST_CHECK;

/* All items of a list, following next_cursor, at most `limit`. path: with '?' or a query. */
int session_list(struct http *http, struct arena *arena, const char *path, size_t limit, json_t **items,
                 struct err *err) MUST_CHECK;

#endif

/* purser logout: ends the session at the instance, which refuses its tokens from then on, and forgets it
 * here. */

#include <stdio.h>

#include "cli/command.h"
#include "cli/verb.h"

static int log_out(struct session *session, struct err *err)
{
    struct http_reply reply;
    struct http_request request = {.method = "DELETE", .path = "/v1/sessions/current"};
    if (http_send(session->http, &session->arena, &request, &reply, err) != 0)
        return -1;
    if (reply.status != 204 && reply.status != 401)
        return err_set(err, ERR_RETRY, "the session is not ended: %s", http_text(reply.body, "title"));
    if (session_forget(err) != 0)
        return -1;
    puts("logged out");
    return 0;
}

static const struct option options[] = {{NULL, NULL, NULL}};

static const struct verb verbs[] = {{.run = log_out}, {.run = NULL}};

const struct command command_logout = {
    .name = "logout",
    .usage = "",
    .summary = "End the session",
    .verbs = verbs,
    .options = options,
};
